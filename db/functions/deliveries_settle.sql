-- Stores how attempts went and what follows: delivered, tried again, or dead. An attempt whose lease has passed on changes nothing.
--   p_results: [[tenant, subscription id, delivery id, attempt, outcome, ms since it began, response status, ms it took, error, answer,
--     ms until the next attempt (null: that was the last one)], …]
--   p_disable_after: an endpoint that fails is given up when it has failed for so many milliseconds, or answered 410
--   p_disabling: the caller appends what gives endpoints up in this very transaction. Otherwise, where there is one to give up,
--     nothing is changed and the answer names it.
-- Answers {"now": ms, "disable": [{"tenant", "id", "reason", "failingSince"}, …], "settled": [[index in p_results, status], …]}.
-- A delivery that was buried while under way stays dead unless it arrived.
create or replace function sluice.deliveries_settle(
  p_instance text, p_results jsonb, p_disable_after bigint, p_disabling boolean
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz;
  v_rows tid[];
  v_disable jsonb := '[]';
  v_settled jsonb;
begin
  -- Locked rows stay where they are until they are updated: no plan can go wrong about finding them.
  select array_agg(locked.row order by r.place) into v_rows
  from (
    select place, value ->> 0 as tenant, (value ->> 2)::uuid as id
    from jsonb_array_elements(p_results) with ordinality e (value, place)
    order by value ->> 0, value ->> 1, (value ->> 2)::uuid
  ) r
  left join lateral (
    select d.ctid as row from deliveries d where d.tenant = r.tenant and d.id = r.id for update
  ) locked on true;

  -- Endpoints that work and go on working are left alone, so that a claim finds them.
  perform 1
  from (
    select value ->> 0 as tenant, value ->> 1 as subscription_id, bool_or(value ->> 4 <> 'delivered') as failed
    from jsonb_array_elements(p_results) group by 1, 2 order by 1, 2
  ) r
  cross join lateral (
    select from webhook_endpoints e
    where e.tenant = r.tenant and e.subscription_id = r.subscription_id
      and (r.failed or e.strict_order or e.failing_since is not null)
    for update
  ) locked;
  v_now := clock_timestamp();

  if exists (select from jsonb_array_elements(p_results) where value ->> 4 <> 'delivered') then
    select coalesce(jsonb_agg(jsonb_build_object(
      'tenant', e.tenant, 'id', e.subscription_id, 'reason', case when r.gone then 'gone' else 'failing' end,
      'failingSince', to_char(coalesce(e.failing_since, v_now) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    )), '[]') into v_disable
    from (
      select d.tenant, d.subscription_id, bool_or(coalesce(value ->> 6 = '410', false)) as gone,
        bool_and(value ->> 4 <> 'delivered') as failed
      from rows from (jsonb_array_elements(p_results), unnest(v_rows)) r (value, row)
      join deliveries d on d.ctid = r.row and d.leased_by = p_instance and d.attempts = (value ->> 3)::integer
      group by 1, 2
    ) r
    join webhook_endpoints e on e.tenant = r.tenant and e.subscription_id = r.subscription_id and e.status = 'active'
    where r.gone or (r.failed and coalesce(e.failing_since, v_now) <= v_now - p_disable_after * interval '1 millisecond');
    if v_disable <> '[]' and not p_disabling then
      return jsonb_build_object('now', floor(extract(epoch from v_now) * 1000), 'disable', v_disable, 'settled', '[]'::jsonb);
    end if;
  end if;

  insert into delivery_attempts (tenant, delivery_id, attempt, started_at, outcome, response_status, latency_ms, error, answer)
  select d.tenant, d.id, d.attempts, v_now - (value ->> 5)::float8 * interval '1 millisecond', value ->> 4,
    (value ->> 6)::integer, (value ->> 7)::integer, value ->> 8, value ->> 9
  from rows from (jsonb_array_elements(p_results), unnest(v_rows)) r (value, row)
  join deliveries d on d.ctid = r.row and d.attempts = (value ->> 3)::integer
  on conflict (tenant, delivery_id, attempt) do nothing;

  with settled as (
    update deliveries d
    set status = case
        when value ->> 4 = 'delivered' then 'delivered' when d.status = 'dead' or value ->> 10 is null then 'dead' else 'pending'
      end,
      ended_at = case
        when value ->> 4 = 'delivered' then v_now when d.status = 'dead' then d.ended_at when value ->> 10 is null then v_now
      end,
      dead_reason = case
        when value ->> 4 = 'delivered' then null when d.status = 'dead' then d.dead_reason
        when value ->> 10 is null then 'Every attempt failed'
      end,
      next_at = case
        when value ->> 4 = 'delivered' or value ->> 10 is null then d.next_at
        else v_now + (value ->> 10)::float8 * interval '1 millisecond'
      end,
      leased_by = null, leased_until = null
    from rows from (jsonb_array_elements(p_results), unnest(v_rows)) with ordinality r (value, row, place)
    where d.ctid = r.row and d.leased_by = p_instance and d.attempts = (value ->> 3)::integer
    returning r.place, d.tenant, d.subscription_id, d.status, value ->> 4 = 'delivered' as delivered,
      case when d.status = 'pending' then d.next_at end as next_at
  ), endpoints as (
    update webhook_endpoints e
    set failing_since = case when s.delivered then null else coalesce(e.failing_since, v_now) end,
      -- Nothing more is claimed of an endpoint that is given up, however late its event is heard.
      status = case
        when v_disable @> jsonb_build_array(jsonb_build_object('tenant', e.tenant, 'id', e.subscription_id)) then 'disabled'
        else e.status
      end,
      due_at = least(e.due_at, s.next_at, case when e.strict_order then v_now end)
    from (
      select tenant, subscription_id, bool_or(delivered) as delivered, min(next_at) as next_at from settled group by 1, 2
    ) s
    where e.tenant = s.tenant and e.subscription_id = s.subscription_id
      and (not s.delivered or s.next_at is not null or e.strict_order or e.failing_since is not null)
  )
  select coalesce(jsonb_agg(jsonb_build_array(place - 1, status)), '[]') into v_settled from settled;

  return jsonb_build_object('now', floor(extract(epoch from v_now) * 1000), 'disable', v_disable, 'settled', v_settled);
end
$$;

revoke all on function sluice.deliveries_settle(text, jsonb, bigint, boolean) from public;
grant execute on function sluice.deliveries_settle(text, jsonb, bigint, boolean) to sluice_notification;
