-- The timers that are to be tried now, the longest due first, and when the next one is (epoch milliseconds by the database's clock).
-- Answers {"now": ms, "next": ms or null, "due": [[tenant, stream id, kind, due ms, every, run id, version, attempts], …]}.
create or replace function sluice.timers_due(p_limit integer) returns jsonb
language plpgsql stable
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_due jsonb;
  v_next timestamptz;
begin
  select coalesce(
    jsonb_agg(
      jsonb_build_array(due.tenant, due.stream_id, due.kind, floor(extract(epoch from due.due_at) * 1000), due.every, due.run_id,
        due.version, due.attempts)
      order by due.try_at, due.tenant, due.stream_id, due.kind
    ), '[]') into v_due
  from (select * from timers where try_at <= v_now order by try_at limit p_limit) due;
  if v_due = '[]' then
    select try_at into v_next from timers order by try_at limit 1;
  end if;
  return jsonb_build_object('now', floor(extract(epoch from v_now) * 1000), 'next', floor(extract(epoch from v_next) * 1000),
    'due', v_due);
end
$$;

revoke all on function sluice.timers_due(integer) from public;
grant execute on function sluice.timers_due(integer) to sluice_coordinator;
