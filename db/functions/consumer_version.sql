-- Up to which version a consumer has applied a stream: what makes every repeat harmless. The checkpoint says it, since every event
-- up to its position is applied; but a parked stream stands where it was parked, and consumer_streams knows who is further on.
create or replace function sluice.consumer_version(p_consumer text, p_tenant text, p_stream_id text) returns integer
language sql stable
set search_path = sluice, pg_temp
as $$
  select greatest(
    (select version from consumer_streams where consumer = p_consumer and tenant = p_tenant and stream_id = p_stream_id),
    coalesce(
      (select version - 1 from consumer_parked where consumer = p_consumer and tenant = p_tenant and stream_id = p_stream_id),
      (
        select version from events
        where tenant = p_tenant and stream_id = p_stream_id
          and position <= (select position from consumers where consumer = p_consumer)
        order by version desc limit 1
      ),
      0
    )
  )
$$;

revoke all on function sluice.consumer_version(text, text, text) from public;
grant execute on function sluice.consumer_version(text, text, text) to sluice_projector, sluice_operator, sluice_coordinator, sluice_notification, sluice_billing;
