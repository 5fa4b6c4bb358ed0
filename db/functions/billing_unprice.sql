-- Which items of usage have no price now.
--   p_usage: [[tenant, source, meter, part, model, at, [[item, at, quantity], …]], …]
create or replace function sluice.billing_unprice(p_usage jsonb) returns void
language sql volatile
set search_path = sluice, pg_temp
as $$
  delete from billing_unpriced unpriced
  using jsonb_array_elements(p_usage) given,
    lateral (
      select u.item from billing_unpriced u
      where u.tenant = given.value ->> 0 and u.source_id = (given.value ->> 1)::uuid and u.meter = given.value ->> 2
        and u.part = (given.value ->> 3)::smallint
      offset 0
    ) found
  where unpriced.tenant = given.value ->> 0 and unpriced.source_id = (given.value ->> 1)::uuid and unpriced.meter = given.value ->> 2
    and unpriced.part = (given.value ->> 3)::smallint and unpriced.item = found.item;

  insert into billing_unpriced (tenant, source_id, meter, part, item, at, quantity, month, model)
  select given.value ->> 0, (given.value ->> 1)::uuid, given.value ->> 2, (given.value ->> 3)::smallint, (item.value ->> 0)::smallint,
    (item.value ->> 1)::timestamptz, (item.value ->> 2)::bigint, left(given.value ->> 5, 7), given.value ->> 4
  from jsonb_array_elements(p_usage) given, jsonb_array_elements(given.value -> 6) item;
$$;

revoke all on function sluice.billing_unprice(jsonb) from public;
grant execute on function sluice.billing_unprice(jsonb) to sluice_billing;
