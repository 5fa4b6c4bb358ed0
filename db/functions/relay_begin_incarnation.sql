-- Begins a new incarnation: the stream now continues after p_sequence (whose message is p_message_id), and everything above
-- p_floor is published again. Events up to repair_until are then read from the log. History above the floor is
-- forgotten.
-- Fails with SQLSTATE SL001 when another epoch has taken over.
create or replace function sluice.relay_begin_incarnation(
  p_epoch bigint, p_stream_created text, p_floor bigint, p_floor_event_id uuid, p_sequence bigint, p_message_id text
) returns setof sluice.relay_state
language plpgsql volatile security definer
set search_path = sluice, pg_temp
as $$
declare
  v_old relay_state;
begin
  select * into v_old from relay_state where epoch = p_epoch for update;
  if not found then
    raise exception 'Epoch % of the relay has been superseded', p_epoch using errcode = 'SL001';
  end if;
  delete from relay_history where floor > p_floor;
  insert into relay_incarnations (incarnation, stream_created, start_sequence)
  values (v_old.incarnation + 1, p_stream_created, p_sequence + 1);
  return query
  update relay_state
    set incarnation = v_old.incarnation + 1, stream_created = p_stream_created,
      floor = p_floor, floor_event_id = p_floor_event_id, sequence = p_sequence, message_id = p_message_id,
      repair_until = greatest(v_old.repair_until, v_old.floor)
  returning *;
end
$$;

revoke all on function sluice.relay_begin_incarnation(bigint, text, bigint, uuid, bigint, text) from public;
grant execute on function sluice.relay_begin_incarnation(bigint, text, bigint, uuid, bigint, text) to sluice_relay;
