-- A delivery as the API answers it (DeliveryView). The caller's rights decide which attempts it sees.
create or replace function sluice.delivery_view(p_delivery sluice.deliveries) returns jsonb
language sql stable
set search_path = sluice, pg_temp
as $$
  select jsonb_build_object(
    'id', p_delivery.id,
    'subscriptionId', p_delivery.subscription_id,
    'eventId', p_delivery.event_id,
    'eventType', p_delivery.type,
    'subject', p_delivery.stream_id,
    'status', p_delivery.status,
    'attempts', p_delivery.attempts,
    'createdAt', to_char(p_delivery.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'nextAttemptAt', case p_delivery.status
      when 'pending' then to_char(p_delivery.next_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    end,
    'endedAt', to_char(p_delivery.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'lastAttempt', (
      select attempt_view(a) from delivery_attempts a
      where a.tenant = p_delivery.tenant and a.delivery_id = p_delivery.id
      order by a.attempt desc
      limit 1
    ),
    'deadReason', p_delivery.dead_reason
  )
$$;

revoke all on function sluice.delivery_view(sluice.deliveries) from public;
grant execute on function sluice.delivery_view(sluice.deliveries) to sluice_api;
