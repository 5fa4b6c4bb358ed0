-- Empties the outbox partitions that lie wholly below the relay's floor and are not being written. A partition somebody
-- holds (an old reader, a paused writer) is left for later after 50 ms, so that nobody queues behind us for longer.
-- Answers how many were emptied and how many could not be locked.
create or replace function sluice.relay_truncate(out truncated integer, out blocked integer)
language plpgsql volatile security definer
set search_path = sluice, pg_temp
set lock_timeout = '50ms'
as $$
declare
  v_floor constant bigint := (select floor from relay_state);
  v_current constant integer := (select (last_value >> 16) & 7 from events_position_seq);
  v_slot integer;
  v_newest bigint;
begin
  truncated := 0;
  blocked := 0;
  for v_slot in select n from generate_series(0, 7) n where n <> v_current loop
    execute format('select max(position) from %I', 'outbox_' || v_slot) into v_newest;
    continue when v_newest is null or v_newest > v_floor;
    begin
      execute format('lock table %I in access exclusive mode', 'outbox_' || v_slot);
      -- Only now can nobody add a row any more.
      execute format('select max(position) from %I', 'outbox_' || v_slot) into v_newest;
      if v_newest <= v_floor then
        execute format('truncate table %I', 'outbox_' || v_slot);
        truncated := truncated + 1;
      end if;
    exception when lock_not_available then
      blocked := blocked + 1;
    end;
  end loop;
end
$$;

revoke all on function sluice.relay_truncate() from public;
grant execute on function sluice.relay_truncate() to sluice_relay;
