-- Changes timers, each by its key, as of a version of its stream; what is known from a later version stays as it is.
--   p_changes: [[tenant, stream id, kind, version, what, time or null, every or null, run id or null], …], each key once
--     what "set":   due at this time; one that is so already keeps its attempts
--     what "move":  where there is one: due `every` after this time
--     what "clear": not any more
-- Rows are locked in one order, because the one who fires and the one who reads events change them at the same time.
create or replace function sluice.timers_apply(p_changes jsonb) returns void
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  perform 1
  from (
    select value ->> 0 as tenant, value ->> 1 as stream_id, value ->> 2 as kind from jsonb_array_elements(p_changes)
    where not (value ->> 4 = 'set' and value ->> 3 = '1') -- nobody has a timer of a stream that has just begun
    order by 1, 2, 3
  ) wanted
  cross join lateral (
    select from timers t where t.tenant = wanted.tenant and t.stream_id = wanted.stream_id and t.kind = wanted.kind for update
  ) locked;

  delete from timers t using jsonb_array_elements(p_changes) c
  where c.value ->> 4 = 'clear' and t.tenant = c.value ->> 0 and t.stream_id = c.value ->> 1 and t.kind = c.value ->> 2
    and t.version <= (c.value ->> 3)::integer;

  update timers t
  set due_at = (c.value ->> 5)::timestamptz + t.every * interval '1 millisecond',
    try_at = (c.value ->> 5)::timestamptz + t.every * interval '1 millisecond',
    version = (c.value ->> 3)::integer, attempts = 0, error = null
  from jsonb_array_elements(p_changes) c
  where c.value ->> 4 = 'move' and t.tenant = c.value ->> 0 and t.stream_id = c.value ->> 1 and t.kind = c.value ->> 2
    and t.version <= (c.value ->> 3)::integer;

  insert into timers as known (tenant, stream_id, kind, due_at, try_at, every, run_id, version)
  select value ->> 0, value ->> 1, value ->> 2, (value ->> 5)::timestamptz, (value ->> 5)::timestamptz, (value ->> 6)::bigint,
    value ->> 7, (value ->> 3)::integer
  from jsonb_array_elements(p_changes)
  where value ->> 4 = 'set'
  order by 1, 2, 3
  on conflict (tenant, stream_id, kind) do update
    set due_at = excluded.due_at, try_at = excluded.try_at, every = excluded.every, run_id = excluded.run_id,
      version = excluded.version, attempts = 0, error = null
    where known.version <= excluded.version
      and (known.due_at, known.every, known.run_id) is distinct from (excluded.due_at, excluded.every, excluded.run_id);
end
$$;

revoke all on function sluice.timers_apply(jsonb) from public;
grant execute on function sluice.timers_apply(jsonb) to sluice_coordinator;
