-- A notification as one person reads it (NotificationView).
--   p_read_at, p_archived_at: their marks; null where there is none
create or replace function sluice.notification_view(p_row sluice.notifications, p_read_at timestamptz, p_archived_at timestamptz)
returns jsonb
language sql stable
set search_path = sluice, pg_temp
as $$
  select jsonb_build_object(
    'id', p_row.id, 'rule', p_row.rule, 'audience', jsonb_build_object('kind', p_row.audience_kind, 'id', p_row.audience_id),
    'title', p_row.title, 'body', p_row.body, 'subject', p_row.subject, 'path', p_row.path, 'eventId', p_row.event_id,
    'eventType', p_row.event_type, 'needsAction', p_row.needs_action,
    'settledAt', to_char(p_row.settled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'state', case when p_archived_at is not null then 'archived' when p_read_at is not null then 'read' else 'unread' end,
    'createdAt', to_char(p_row.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  )
$$;

revoke all on function sluice.notification_view(sluice.notifications, timestamptz, timestamptz) from public;
grant execute on function sluice.notification_view(sluice.notifications, timestamptz, timestamptz) to sluice_api;
