-- Gives deliveries back that an instance had taken and not begun to send, as if it had never had them.
--   p_rows: [[tenant, subscription id, delivery id, attempt, ms for which nobody tries], …]
create or replace function sluice.deliveries_release(p_instance text, p_rows jsonb) returns void
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  perform 1
  from (
    select value ->> 0 as tenant, (value ->> 2)::uuid as id from jsonb_array_elements(p_rows)
    order by value ->> 0, value ->> 1, (value ->> 2)::uuid
  ) r
  cross join lateral (select from deliveries d where d.tenant = r.tenant and d.id = r.id for update) locked;

  perform 1
  from (select distinct value ->> 0 as tenant, value ->> 1 as subscription_id from jsonb_array_elements(p_rows) order by 1, 2) r
  cross join lateral (
    select from webhook_endpoints e where e.tenant = r.tenant and e.subscription_id = r.subscription_id for update
  ) locked;

  with released as (
    update deliveries d
    set attempts = d.attempts - 1, tries = greatest(0, d.tries - 1), leased_by = null, leased_until = null,
      next_at = greatest(d.next_at, clock_timestamp() + (value ->> 4)::float8 * interval '1 millisecond')
    from jsonb_array_elements(p_rows)
    where d.tenant = value ->> 0 and d.id = (value ->> 2)::uuid and d.leased_by = p_instance
      and d.attempts = (value ->> 3)::integer
    returning d.tenant, d.subscription_id, d.status, d.next_at
  )
  update webhook_endpoints e set due_at = least(e.due_at, r.next_at)
  from (select tenant, subscription_id, min(next_at) as next_at from released where status = 'pending' group by 1, 2) r
  where e.tenant = r.tenant and e.subscription_id = r.subscription_id;
end
$$;

revoke all on function sluice.deliveries_release(text, jsonb) from public;
grant execute on function sluice.deliveries_release(text, jsonb) to sluice_notification;
