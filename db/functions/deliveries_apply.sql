-- What a batch of events does to deliveries, in the order of the log, and to the endpoints that deliver them.
--   p_steps: array of
--     {"what": "deliver", "deliveries": [[tenant, id, subscription id, event id, position, type, stream id, recorded at], …]}
--     {"what": "redeliver", "tenant", "subscriptionId", "deliveryId"}       one that has ended starts anew
--     {"what": "redeliver-dead", "tenant", "subscriptionId", "since"}       all dead ones of events recorded since then start anew
--     {"what": "bury", "tenant", "subscriptionId", "reason"}                what is pending ends dead
--   p_states: [{"tenant", "subscriptionId", "state": the fold of its events}, …]
-- A delivery that somebody has under way keeps its lease when it is buried: its outcome is still noted.
-- Locks come in the order of every writer: deliveries, then endpoints, each sorted.
create or replace function sluice.deliveries_apply(p_steps jsonb, p_states jsonb) returns void
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_step jsonb;
  v_due jsonb[] := '{}';
  v_waiting tid[];
begin
  for v_step in select value from jsonb_array_elements(p_steps) with ordinality order by ordinality loop
    case v_step ->> 'what'
      when 'deliver' then
        insert into deliveries (tenant, id, subscription_id, event_id, position, type, stream_id, created_at)
        select value ->> 0, (value ->> 1)::uuid, value ->> 2, (value ->> 3)::uuid, (value ->> 4)::bigint, value ->> 5, value ->> 6,
          (value ->> 7)::timestamptz
        from jsonb_array_elements(v_step -> 'deliveries')
        on conflict (tenant, id) do nothing;
        v_due := v_due || array(
          select distinct jsonb_build_array(value ->> 0, value ->> 2) from jsonb_array_elements(v_step -> 'deliveries'));
      when 'redeliver' then
        update deliveries
        set status = 'pending', tries = 0, next_at = clock_timestamp(), ended_at = null, dead_reason = null
        where tenant = v_step ->> 'tenant' and id = (v_step ->> 'deliveryId')::uuid
          and subscription_id = v_step ->> 'subscriptionId' and status <> 'pending';
        v_due := v_due || jsonb_build_array(v_step ->> 'tenant', v_step ->> 'subscriptionId');
      when 'redeliver-dead' then
        perform 1 from deliveries
        where tenant = v_step ->> 'tenant' and subscription_id = v_step ->> 'subscriptionId' and status = 'dead'
          and created_at >= (v_step ->> 'since')::timestamptz
        order by id for update;
        update deliveries
        set status = 'pending', tries = 0, next_at = clock_timestamp(), ended_at = null, dead_reason = null
        where tenant = v_step ->> 'tenant' and subscription_id = v_step ->> 'subscriptionId' and status = 'dead'
          and created_at >= (v_step ->> 'since')::timestamptz;
        v_due := v_due || jsonb_build_array(v_step ->> 'tenant', v_step ->> 'subscriptionId');
      when 'bury' then
        perform 1 from deliveries
        where tenant = v_step ->> 'tenant' and subscription_id = v_step ->> 'subscriptionId' and status = 'pending'
        order by id for update;
        update deliveries
        set status = 'dead', ended_at = clock_timestamp(), dead_reason = v_step ->> 'reason'
        where tenant = v_step ->> 'tenant' and subscription_id = v_step ->> 'subscriptionId' and status = 'pending';
    end case;
  end loop;

  -- Taken up again, or sent elsewhere: what failed before is not left to wait for hours. Locked rows stay where they are.
  select array_agg(locked.row) into v_waiting
  from (
    select d.tenant, d.id
    from jsonb_array_elements(p_states)
    join webhook_endpoints e on e.tenant = value ->> 'tenant' and e.subscription_id = value ->> 'subscriptionId'
      and (e.status, e.endpoint) is distinct from (value #>> '{state,status}', value #>> '{state,endpoint}')
    join deliveries d on d.tenant = e.tenant and d.subscription_id = e.subscription_id and d.status = 'pending'
      and d.next_at > clock_timestamp() and d.leased_by is null
    where value #>> '{state,status}' = 'active'
    order by d.tenant, d.subscription_id, d.id
  ) waiting
  cross join lateral (
    select d.ctid as row from deliveries d
    where d.tenant = waiting.tenant and d.id = waiting.id and d.status = 'pending' and d.leased_by is null for update
  ) locked;
  update deliveries set next_at = clock_timestamp() where ctid = any (v_waiting);

  perform 1
  from (
    select value ->> 'tenant' as tenant, value ->> 'subscriptionId' as subscription_id from jsonb_array_elements(p_states)
    union
    select value ->> 0, value ->> 1 from unnest(v_due) value
    order by 1, 2
  ) wanted
  cross join lateral (
    select from webhook_endpoints e
    where e.tenant = wanted.tenant and e.subscription_id = wanted.subscription_id for update
  ) locked;

  insert into webhook_endpoints as known (tenant, subscription_id, version, status, endpoint, strict_order, secret_id,
    previous_secret_id, previous_until, state)
  select value ->> 'tenant', value ->> 'subscriptionId', (s ->> 'version')::integer, s ->> 'status', s ->> 'endpoint',
    (s ->> 'strictOrder')::boolean, (s ->> 'secretId')::uuid, (s #>> '{previousSecret,secretId}')::uuid,
    (s #>> '{previousSecret,until}')::timestamptz, s
  from jsonb_array_elements(p_states), lateral (select value -> 'state') state (s)
  order by 1, 2
  on conflict (tenant, subscription_id) do update
    set version = excluded.version, status = excluded.status, endpoint = excluded.endpoint, state = excluded.state,
      strict_order = excluded.strict_order, secret_id = excluded.secret_id, previous_secret_id = excluded.previous_secret_id,
      previous_until = excluded.previous_until,
      -- Then what was is forgotten, too.
      failing_since = case when (known.status, known.endpoint) = (excluded.status, excluded.endpoint) then known.failing_since end,
      due_at = clock_timestamp();

  -- Nobody signs for it any more.
  delete from webhook_secrets s using jsonb_array_elements(p_states) gone
  where gone.value -> 'state' ->> 'status' = 'deleted' and s.tenant = gone.value ->> 'tenant'
    and s.subscription_id = gone.value ->> 'subscriptionId';

  update webhook_endpoints e set due_at = clock_timestamp()
  from (select distinct value ->> 0 as tenant, value ->> 1 as subscription_id from unnest(v_due) value) due
  where e.tenant = due.tenant and e.subscription_id = due.subscription_id
    and (e.due_at is null or e.due_at > clock_timestamp());
end
$$;

revoke all on function sluice.deliveries_apply(jsonb, jsonb) from public;
grant execute on function sluice.deliveries_apply(jsonb, jsonb) to sluice_notification;
