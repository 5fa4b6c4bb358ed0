-- Loads what is needed to fold streams: the snapshot, if its fold version fits, and the events after it, per stream.
-- p_streams: [[tenant, stream id, fold version, after version], …]; with after version > 0 no snapshot is given.
-- Answers one row per stream in the order asked: {"snapshot": {"version", "state"} or null, "events": [[version, type, schema version, data, actor, recorded at], …]}
create or replace function sluice.load_streams(p_streams jsonb)
returns table (ordinality bigint, snapshot jsonb, events jsonb)
language plpgsql stable security definer
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  return query
  select wanted.ordinality,
    case when shot.version is null then null else jsonb_build_object('version', shot.version, 'state', shot.state) end,
    (
      select coalesce(
        jsonb_agg(
          jsonb_build_array(e.version, e.type, e.schema_version, e.data, e.metadata -> 'actor',
            to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
          order by e.version
        ), '[]')
      from events e
      where e.tenant = wanted.value ->> 0 and e.stream_id = wanted.value ->> 1
        and e.version > greatest((wanted.value ->> 3)::integer, coalesce(shot.version, 0))
    )
  from jsonb_array_elements(p_streams) with ordinality wanted
  left join lateral (
    select s.version, s.state from snapshots s
    where s.tenant = wanted.value ->> 0 and s.stream_id = wanted.value ->> 1
      and s.fold_version = (wanted.value ->> 2)::integer and (wanted.value ->> 3)::integer = 0
  ) shot on true
  order by wanted.ordinality;
end
$$;

revoke all on function sluice.load_streams(jsonb) from public;
grant execute on function sluice.load_streams(jsonb) to sluice_api, sluice_coordinator, sluice_notification, sluice_billing;
