-- Takes up to p_limit mails that are due, the longest due first, for p_lease_ms milliseconds; the attempt counts as begun. Never
-- waits: what somebody else has locked is passed over. A mail whose holder did not come back in time is taken again, and given
-- up where that was its last attempt (p_attempts in all).
-- Answers [{tenant, id, kind, owner: {kind, id}, attempt, preference: its view or null, total, items: [{title, body, path,
-- needsAction, createdAt}, …]}, …]: `total` counts the notifications that are still so (neither settled nor read or put away by the
-- owner), `items` are the first p_items of them, the oldest first.
create or replace function sluice.mails_claim(
  p_instance text, p_lease_ms integer, p_limit integer, p_attempts integer, p_items integer
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_claimed jsonb;
begin
  with due as materialized (
    select m.tenant, m.id, m.attempts >= p_attempts as is_over from mails m
    where m.status = 'pending' and m.next_at <= v_now
    order by m.next_at limit p_limit for update skip locked
  ), given_up as (
    update mails m set status = 'dead', ended_at = v_now, leased_by = null,
      error = 'Nobody knows whether the last attempt arrived: who made it did not come back'
    from due where m.tenant = due.tenant and m.id = due.id and due.is_over
  ), claimed as (
    update mails m set attempts = m.attempts + 1, leased_by = p_instance, next_at = v_now + p_lease_ms * interval '1 millisecond'
    from due where m.tenant = due.tenant and m.id = due.id and not due.is_over
    returning m.*
  )
  select jsonb_agg(jsonb_build_object(
      'tenant', c.tenant, 'id', c.id, 'kind', c.kind, 'owner', jsonb_build_object('kind', c.owner_kind, 'id', c.owner_id),
      'attempt', c.attempts, 'preference', p.view, 'total', still.total, 'items', still.items) order by c.due_at, c.tenant, c.id)
  into v_claimed
  from claimed c
  left join preferences p on p.tenant = c.tenant and p.id = c.preference_id
  cross join lateral (
    select count(*) as total, coalesce(jsonb_agg(so.item order by so.created_at, so.id) filter (where so.place <= p_items), '[]') as items
    from (
      select n.created_at, n.id, row_number() over (order by n.created_at, n.id) as place,
        jsonb_build_object('title', n.title, 'body', n.body, 'path', n.path, 'needsAction', n.needs_action,
          'createdAt', to_char(n.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as item
      from mail_items i
      join notifications n on n.tenant = i.tenant and n.id = i.notification_id
      where i.tenant = c.tenant and i.mail_id = c.id and n.settled_at is null
        and not exists (
          select from notification_marks k
          where k.tenant = n.tenant and k.notification_id = n.id and k.actor = c.owner_id and c.owner_kind = 'actor'
        )
    ) so
  ) still;
  return coalesce(v_claimed, '[]');
end
$$;

revoke all on function sluice.mails_claim(text, integer, integer, integer, integer) from public;
grant execute on function sluice.mails_claim(text, integer, integer, integer, integer) to sluice_notification;
