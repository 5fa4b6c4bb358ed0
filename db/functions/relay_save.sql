-- Saves how far the relay is. p_keep also writes it into the history, of which the last ten minutes are kept, and the
-- last entry of every hour for eight days (events live for seven in the broker).
-- Need not be on disk at once: after a crash the relay finds out from the broker what it has published since.
-- Fails with SQLSTATE SL001 when another epoch has taken over.
create or replace function sluice.relay_save(
  p_epoch bigint, p_floor bigint, p_floor_event_id uuid, p_sequence bigint, p_message_id text, p_keep boolean
) returns void
language plpgsql volatile security definer
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  update relay_state
    set floor = p_floor, floor_event_id = p_floor_event_id, sequence = p_sequence, message_id = p_message_id
    where epoch = p_epoch;
  if not found then
    raise exception 'Epoch % of the relay has been superseded', p_epoch using errcode = 'SL001';
  end if;
  if p_keep then
    delete from relay_history h
    where h.recorded_at < clock_timestamp() - interval '10 minutes'
      and (h.recorded_at < clock_timestamp() - interval '8 days'
        or exists (
          select from relay_history later
          where later.id > h.id and date_trunc('hour', later.recorded_at) = date_trunc('hour', h.recorded_at)
        ));
    insert into relay_history (incarnation, floor, floor_event_id, sequence, message_id)
    select incarnation, p_floor, p_floor_event_id, p_sequence, p_message_id from relay_state;
  end if;
end
$$;

revoke all on function sluice.relay_save(bigint, bigint, uuid, bigint, text, boolean) from public;
grant execute on function sluice.relay_save(bigint, bigint, uuid, bigint, text, boolean) to sluice_relay;
