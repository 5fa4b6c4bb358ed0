-- Deletes at most p_limit expired keys and answers how many; skips those that somebody is using right now.
create or replace function sluice.sweep_idempotency(p_limit integer) returns integer
language sql volatile security definer
set search_path = sluice, pg_temp
as $$
  with expired as (
    select tenant, scope, key from idempotency
    where expires_at <= clock_timestamp()
    order by expires_at
    limit p_limit
    for update skip locked
  ), gone as (
    delete from idempotency i using expired e
    where i.tenant = e.tenant and i.scope = e.scope and i.key = e.key
    returning 1
  )
  select count(*)::integer from gone
$$;

revoke all on function sluice.sweep_idempotency(integer) from public;
grant execute on function sluice.sweep_idempotency(integer) to sluice_api;
