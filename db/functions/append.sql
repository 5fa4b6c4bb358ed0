-- Appends a batch of commands and answers per command; one command's conflict never touches its neighbours.
--
-- p_commands: array of
--   {"id": uuid, "tenant": text, "probe": true when its keys are only looked up (a refusal),
--    "keys":    [[scope, key, hash, seconds to live or null for ever], …],
--    "streams": [[stream id, expected version], …]        the first one is what a replay points at,
--    "events":  [[index into streams, event id, type, schema version, data, metadata], …]}
-- Answers {"at": time recorded, "refused": [{"command": index, "status": …}, …]}; a command not listed was appended.
--   status "conflict":   a stream's head is not as expected (or an earlier command of the batch on that stream was refused)
--   status "replayed":   key (index) was used with the same hash; "streamId", "version", "commandId" say by whom
--   status "key-reused": key (index) was used with another hash
--
-- Locks are taken in one global order so that no two batches can deadlock: keys, new streams, known streams, each sorted.
-- Heads are compared in the statement after the one that waited for the locks, which therefore sees what others committed.
create or replace function sluice.append(p_commands jsonb) returns jsonb
language plpgsql volatile security definer
set search_path = sluice, pg_temp
set lock_timeout = '250ms'
-- Row counts are tiny and indexes exist; a plan made for empty tables must not stay when they have grown.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_count constant integer := jsonb_array_length(p_commands);
  v_status text[] := array_fill(null::text, array[v_count]);
  v_refused jsonb := '[]';
  v_probes constant boolean := p_commands @? '$[*].probe';
  v_new constant boolean := p_commands @? '$[*].streams[*][1] ? (@ == 0)';
  v_references integer;
  v_keys integer;
  v_claimed jsonb;
  v_created jsonb;
  v_fresh boolean;
  v_at timestamptz;
  r record;
begin
  perform pg_advisory_xact_lock_shared(append_lock_key());

  -- Keys. An expired one is taken over; a live one is left alone, after waiting for whoever is inserting it.
  with wanted as (
    select c.value as command, k.value as key
    from jsonb_array_elements(p_commands) c, jsonb_array_elements(c.value -> 'keys') k
    where not (c.value ? 'probe')
    order by c.value ->> 'tenant', k.value ->> 0, k.value ->> 1
  ), claimed as (
    insert into idempotency as held (tenant, scope, key, hash, command_id, stream_id, version, expires_at)
    select command ->> 'tenant', key ->> 0, key ->> 1, key ->> 2, (command ->> 'id')::uuid,
      command -> 'streams' -> 0 ->> 0,
      (command -> 'streams' -> 0 ->> 1)::integer
        + (select count(*) from jsonb_array_elements(command -> 'events') e where (e.value ->> 0)::integer = 0),
      case when key ->> 3 is null then 'infinity' else clock_timestamp() + (key ->> 3)::double precision * interval '1 second' end
    from wanted
    on conflict (tenant, scope, key) do update
      set hash = excluded.hash, command_id = excluded.command_id, stream_id = excluded.stream_id,
        version = excluded.version, expires_at = excluded.expires_at
      where held.expires_at <= clock_timestamp()
    returning held.tenant, held.scope, held.key
  )
  select jsonb_object_agg(key_id(tenant, scope, key), true), (select count(*) from wanted)
  into v_claimed, v_keys from claimed;

  -- Whatever was not claimed is held by somebody; when all were, there is nothing to look up.
  if v_probes or v_keys > (select count(*) from jsonb_object_keys(v_claimed)) then
    for r in
      select c.ordinality::integer as command, (k.ordinality - 1)::integer as key,
        case when held.hash = k.value ->> 2 then 'replayed' else 'key-reused' end as status,
        held.stream_id, held.version, held.command_id
      from jsonb_array_elements(p_commands) with ordinality c,
        jsonb_array_elements(c.value -> 'keys') with ordinality k,
        lateral (
          select i.* from idempotency i
          where i.tenant = c.value ->> 'tenant' and i.scope = k.value ->> 0 and i.key = k.value ->> 1
            and i.expires_at > clock_timestamp()
          limit 1
        ) held
      where not coalesce(v_claimed ? key_id(c.value ->> 'tenant', k.value ->> 0, k.value ->> 1), false)
        or c.value ? 'probe'
      order by c.ordinality, k.ordinality
    loop
      continue when v_status[r.command] is not null;
      v_status[r.command] := r.status;
      v_refused := v_refused || jsonb_build_object('command', r.command - 1, 'status', r.status, 'key', r.key,
        'streamId', r.stream_id, 'version', r.version, 'commandId', r.command_id);
    end loop;
  end if;

  -- New streams, with the version they will have when all goes well.
  if v_new then
    with wanted as (
      select c.value ->> 'tenant' as tenant, s.value ->> 0 as stream_id, count(*) as version
      from jsonb_array_elements(p_commands) with ordinality c,
        jsonb_array_elements(c.value -> 'events') e,
        lateral (select c.value -> 'streams' -> (e.value ->> 0)::integer as value) s
      where v_status[c.ordinality] is null
      group by 1, 2
      having min((s.value ->> 1)::integer) = 0
      order by 1, 2
    ), created as (
      insert into streams (tenant, stream_id, version) select tenant, stream_id, version from wanted
      on conflict do nothing
      returning tenant, stream_id
    )
    select jsonb_object_agg(tenant || ' ' || stream_id, true) into v_created from created;
  end if;

  -- Nothing but new streams, each once: there are no heads to compare.
  select coalesce(sum(jsonb_array_length(c.value -> 'streams')), 0) into v_references from jsonb_array_elements(p_commands) c;
  v_fresh := v_references = (select count(*) from jsonb_object_keys(v_created));

  -- Known streams.
  if not v_fresh then
    perform 1
    from (
      select distinct c.value ->> 'tenant' as tenant, s.value ->> 0 as stream_id
      from jsonb_array_elements(p_commands) with ordinality c, jsonb_array_elements(c.value -> 'streams') with ordinality s
      where v_status[c.ordinality] is null
        and exists (
          select from jsonb_array_elements(c.value -> 'events') e where (e.value ->> 0)::bigint = s.ordinality - 1
        )
        and not coalesce(v_created ? ((c.value ->> 'tenant') || ' ' || (s.value ->> 0)), false)
      order by 1, 2
    ) wanted
    cross join lateral (
      select from streams where streams.tenant = wanted.tenant and streams.stream_id = wanted.stream_id for update
    ) locked;
  end if;

  v_at := date_trunc('milliseconds', clock_timestamp());

  -- Heads. A later command of the batch on the same stream stands on the earlier one and falls with it.
  if not v_fresh then
    for r in
      select wanted.command, wanted.expected, wanted.previous, wanted.previous_after,
        case when v_created ? (wanted.tenant || ' ' || wanted.stream_id) then 0 else coalesce(head.version, 0) end as head
      from (
        select c.ordinality::integer as command, s.ordinality, c.value ->> 'tenant' as tenant, s.value ->> 0 as stream_id,
          (s.value ->> 1)::integer as expected,
          lag(c.ordinality::integer) over same_stream as previous,
          lag((s.value ->> 1)::integer + (
            select count(*) from jsonb_array_elements(c.value -> 'events') e where (e.value ->> 0)::bigint = s.ordinality - 1
          )) over same_stream as previous_after
        from jsonb_array_elements(p_commands) with ordinality c, jsonb_array_elements(c.value -> 'streams') with ordinality s
        window same_stream as (partition by c.value ->> 'tenant', s.value ->> 0 order by c.ordinality, s.ordinality)
      ) wanted
      left join lateral (
        select s.version from streams s where s.tenant = wanted.tenant and s.stream_id = wanted.stream_id limit 1
      ) head on true
      order by wanted.command, wanted.ordinality
    loop
      continue when v_status[r.command] is not null;
      if (r.previous is null and r.head <> r.expected)
        or (r.previous is not null and (v_status[r.previous] is not null or r.previous_after <> r.expected))
      then
        v_status[r.command] := 'conflict';
        v_refused := v_refused || jsonb_build_object('command', r.command - 1, 'status', 'conflict');
      end if;
    end loop;
  end if;

  with numbered as (
    select c.ordinality as command, e.ordinality as event, c.value ->> 'tenant' as tenant, s.value ->> 0 as stream_id,
      (s.value ->> 1)::integer
        + row_number() over (partition by c.ordinality, e.value ->> 0 order by e.ordinality) as version,
      e.value
    from jsonb_array_elements(p_commands) with ordinality c,
      jsonb_array_elements(c.value -> 'events') with ordinality e,
      lateral (select c.value -> 'streams' -> (e.value ->> 0)::integer as value) s
    where v_status[c.ordinality] is null
    order by c.ordinality, e.ordinality
  ), inserted as (
    insert into events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
    select nextval('events_position_seq'), tenant, stream_id, version, (value ->> 1)::uuid, value ->> 2,
      (value ->> 3)::smallint, value -> 4, value -> 5, v_at
    from numbered
    returning position, tenant, type, stream_id, version
  ), queued as (
    insert into outbox (slot, position, subject)
    select (position >> 16) & 7, position, event_subject(tenant, type, stream_id) from inserted
  )
  update streams set version = head.version
  from (select tenant, stream_id, max(version) as version from inserted group by 1, 2) head
  where streams.tenant = head.tenant and streams.stream_id = head.stream_id and streams.version <> head.version;

  -- A refused command leaves neither key nor stream.
  if v_refused <> '[]' then
    delete from idempotency i
    using jsonb_array_elements(p_commands) with ordinality c, jsonb_array_elements(c.value -> 'keys') k
    where v_status[c.ordinality] is not null and not (c.value ? 'probe')
      and v_claimed ? key_id(c.value ->> 'tenant', k.value ->> 0, k.value ->> 1)
      and i.tenant = c.value ->> 'tenant' and i.scope = k.value ->> 0 and i.key = k.value ->> 1
      and i.command_id = (c.value ->> 'id')::uuid;
    delete from streams
    using jsonb_object_keys(v_created) created
    where streams.tenant = split_part(created, ' ', 1) and streams.stream_id = split_part(created, ' ', 2)
      and not exists (
        select from events where events.tenant = streams.tenant and events.stream_id = streams.stream_id
      );
  end if;

  return jsonb_build_object('at', to_char(v_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'refused', v_refused);
end
$$;

revoke all on function sluice.append(jsonb) from public;
grant execute on function sluice.append(jsonb) to sluice_api, sluice_coordinator, sluice_notification, sluice_billing;
