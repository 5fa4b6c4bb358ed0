-- What waits for something that will never come, over all tenants: its kind, where it is, since when, why, and what to do about it.
-- run: the run itself says so    approval: a run waits for an approval that is unknown or final
-- timer: due for more than a minute    parked: a stream stands still since one of its events could not be applied
-- webhook: an endpoint that works, and for five minutes nobody has begun to deliver to it
create or replace function sluice.stuck()
returns table (kind text, tenant text, subject text, since timestamptz, why text, remedy text)
language plpgsql stable security definer
set search_path = sluice, pg_temp
set jit = off
as $$
begin
  return query
  select 'run', r.tenant, 'run-' || r.id, (r.view ->> 'updatedAt')::timestamptz, reason, 'POST /v1/runs/' || r.id || '/unstick'
  from runs r cross join jsonb_array_elements_text(r.view -> 'stuck') reason
  where r.status not in ('completed', 'failed', 'cancelled') and r.view -> 'stuck' <> '[]';

  return query
  select 'approval', r.tenant, 'run-' || r.id, (w ->> 'since')::timestamptz,
    format('%s of phase %s waits for approval %s, which is %s', w ->> 'for', p.key, w ->> 'approvalId', coalesce(a.status, 'unknown')),
    'POST /v1/runs/' || r.id || '/unstick'
  from phases p
  join runs r on r.tenant = p.tenant and r.id = p.id
  cross join jsonb_array_elements(p.view -> 'waiting') w
  left join approvals a on a.tenant = p.tenant and a.id = w ->> 'approvalId'
  where p.waiting_roles <> '[]' and r.status not in ('completed', 'failed', 'cancelled') and a.status is distinct from 'pending'
    -- The rows of run and approval may be written one after the other.
    and coalesce((a.view ->> 'decidedAt')::timestamptz, (w ->> 'since')::timestamptz) < clock_timestamp() - interval '10 seconds';

  return query
  select 'timer', t.tenant, t.stream_id, t.due_at,
    format('%s is due and was not fired%s', t.kind, case when t.attempts > 0 then format(', %s attempts: %s', t.attempts, t.error) end),
    case when t.attempts > 0 then 'the coordinator''s log has the error' else 'is a coordinator running?' end
  from timers t
  where t.due_at < clock_timestamp() - interval '1 minute';

  return query
  select 'webhook', e.tenant, 'subscription-' || e.subscription_id, oldest.created_at,
    'its deliveries are not begun: no instance of notification runs, or none of them can open the secret that signs',
    'is notification running, with every key in SECRETS_KEY that sealed a secret? its log has the error'
  from webhook_endpoints e
  cross join lateral (
    select d.created_at, d.attempts from deliveries d
    where d.tenant = e.tenant and d.subscription_id = e.subscription_id and d.status = 'pending'
    order by d.position limit 1
  ) oldest
  where e.status = 'active' and e.failing_since is null and oldest.attempts = 0
    and oldest.created_at < clock_timestamp() - interval '5 minutes';

  return query
  select 'parked', p.tenant, p.stream_id, p.parked_at, format('%s cannot apply version %s: %s', p.consumer, p.version, p.error),
    format('sluice parked retry %s %s --consumer %s, or skip', p.tenant, p.stream_id, p.consumer)
  from consumer_parked p where p.released_at is null;
end
$$;

revoke all on function sluice.stuck() from public;
grant execute on function sluice.stuck() to sluice_coordinator, sluice_operator;
