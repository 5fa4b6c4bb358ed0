-- Takes deliveries that are due for an instance, which has them under a lease until it settles or releases them.
--   p_room: deliveries at most; p_ahead, p_failing: of one endpoint at most, less what the instance still holds of it (p_held:
--   {"<tenant>/<subscription id>": count}), while it works and while it fails; p_lease: milliseconds
--   p_tries: attempts of a schedule; one that was lost with its instance counts, and after the last one the delivery is dead
-- Answers {"now": ms, "next": ms of the next look or null, "unknown": attempts found lost, "dead": deliveries ended by that, "endpoints":
--   [{"tenant", "id", "url", "strict", "failing", "more": there is more that is due, "secrets": [[id, key name, base64], …],
--     "deliveries": [[id, attempt, try, CloudEvent], …] by position}, …]}.
-- Of an endpoint with strict order: nothing while some of it is under way, else what is due from the head of the line without a gap.
-- Never waits: an endpoint or a delivery that somebody has locked is left to another look.
create or replace function sluice.deliveries_claim(
  p_instance text, p_room integer, p_ahead integer, p_failing integer, p_lease integer, p_tries integer, p_held jsonb
) returns json
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now constant timestamptz := clock_timestamp();
  v_lease constant interval := p_lease * interval '1 millisecond';
  v_room integer := p_room;
  v_unknown integer := 0;
  v_dead integer := 0;
  v_endpoints json[] := '{}';
  v_endpoint record;
  v_busy_until timestamptz;
  v_due tid[];
  v_lost boolean;
  v_rows integer;
  v_taken json;
  v_due_at timestamptz;
begin
  for v_endpoint in
    select e.*, most.of_it - held.of_it as room
    from webhook_endpoints e,
      lateral (select case when e.failing_since is null then p_ahead else p_failing end as of_it) most,
      lateral (select coalesce((p_held ->> (e.tenant || '/' || e.subscription_id))::integer, 0) as of_it) held
    where e.status = 'active' and e.due_at <= v_now and held.of_it < most.of_it
    order by e.due_at
    limit 256
    for update of e skip locked
  loop
    exit when v_room = 0;
    v_busy_until := null;
    v_taken := null;
    v_rows := 0;

    if v_endpoint.strict_order then
      -- Only deliveries that were made due again meanwhile stand before those under way.
      select min(leased_until) filter (where leased_until > v_now) into v_busy_until
      from (
        select leased_until from deliveries
        where tenant = v_endpoint.tenant and subscription_id = v_endpoint.subscription_id and status = 'pending'
        order by position limit 1000
      ) line;
      with line as materialized (
        select id, row_number() over (order by position) as place
        from deliveries
        where tenant = v_endpoint.tenant and subscription_id = v_endpoint.subscription_id and status = 'pending'
          and v_busy_until is null
        order by position limit least(v_room, v_endpoint.room)
      ), locked as materialized (
        select d.ctid as row, d.id, d.leased_until, d.next_at <= v_now and coalesce(d.leased_until <= v_now, true) as due
        from line join deliveries d on d.tenant = v_endpoint.tenant and d.id = line.id and d.status = 'pending'
        for update of d skip locked
      ), stop as (
        select min(line.place) as place from line left join locked on locked.id = line.id where locked.due is not true
      )
      select coalesce(array_agg(locked.row), '{}'), coalesce(bool_or(locked.leased_until is not null), false) into v_due, v_lost
      from line join locked on locked.id = line.id, stop
      where line.place < coalesce(stop.place, line.place + 1);
    else
      select coalesce(array_agg(row), '{}'), coalesce(bool_or(leased_until is not null), false) into v_due, v_lost
      from (
        select ctid as row, leased_until from deliveries
        where tenant = v_endpoint.tenant and subscription_id = v_endpoint.subscription_id and status = 'pending'
          and next_at <= v_now and (leased_until is null or leased_until <= v_now)
        order by next_at limit least(v_room, v_endpoint.room)
        for update skip locked
      ) due;
    end if;

    if v_lost then
      insert into delivery_attempts (tenant, delivery_id, attempt, started_at, outcome, error)
      select tenant, id, attempts, leased_until - v_lease, 'unknown', 'The instance that had it under way is gone'
      from deliveries where ctid = any (v_due) and leased_until is not null
      on conflict (tenant, delivery_id, attempt) do nothing;
      get diagnostics v_rows = row_count;
      v_unknown := v_unknown + v_rows;
      update deliveries
      set status = 'dead', ended_at = v_now, dead_reason = 'Every attempt failed', leased_by = null, leased_until = null
      where ctid = any (v_due) and leased_until is not null and tries >= p_tries;
      get diagnostics v_rows = row_count;
      v_dead := v_dead + v_rows;
    end if;

    if v_due <> '{}' then
      -- Locked rows stay where they are: no plan can go wrong about finding them.
      with taken as (
        update deliveries
        set attempts = attempts + 1, tries = tries + 1, leased_by = p_instance, leased_until = v_now + v_lease
        where ctid = any (v_due) and status = 'pending'
        returning id, attempts, tries, position
      )
      select count(*), json_agg(json_build_array(t.id, t.attempts, t.tries, cloud_event(e)) order by t.position)
      into v_rows, v_taken
      from taken t join events e on e.position = t.position;
    end if;

    if v_endpoint.strict_order then
      v_due_at := case when v_taken is not null then v_now + v_lease else coalesce(v_busy_until, (
        select greatest(next_at, leased_until) from deliveries
        where tenant = v_endpoint.tenant and subscription_id = v_endpoint.subscription_id and status = 'pending'
        order by position limit 1
      )) end;
    elsif exists (
      select from deliveries
      where tenant = v_endpoint.tenant and subscription_id = v_endpoint.subscription_id and status = 'pending'
        and next_at <= v_now and (leased_until is null or leased_until <= v_now)
      order by next_at limit 1
    ) then
      v_due_at := v_now;
    else
      -- What is under way was due when it was taken.
      v_due_at := least(
        (select min(leased_until) from deliveries
          where tenant = v_endpoint.tenant and subscription_id = v_endpoint.subscription_id and status = 'pending' and next_at <= v_now),
        (select next_at from deliveries
          where tenant = v_endpoint.tenant and subscription_id = v_endpoint.subscription_id and status = 'pending' and next_at > v_now
          order by next_at limit 1)
      );
    end if;
    update webhook_endpoints set due_at = v_due_at
    where tenant = v_endpoint.tenant and subscription_id = v_endpoint.subscription_id and due_at is distinct from v_due_at;

    if v_taken is not null then
      v_room := v_room - v_rows;
      v_endpoints := v_endpoints || json_build_object(
        'tenant', v_endpoint.tenant, 'id', v_endpoint.subscription_id, 'url', v_endpoint.endpoint,
        'strict', v_endpoint.strict_order, 'failing', v_endpoint.failing_since is not null,
        'more', coalesce(v_due_at <= v_now, false),
        'secrets', (
          select coalesce(json_agg(
            json_build_array(secret_id, key_name, encode(sealed, 'base64')) order by secret_id = v_endpoint.secret_id desc
          ), '[]')
          from webhook_secrets
          where tenant = v_endpoint.tenant and subscription_id = v_endpoint.subscription_id
            and (secret_id = v_endpoint.secret_id
              or (secret_id = v_endpoint.previous_secret_id and v_endpoint.previous_until > v_now))
        ),
        'deliveries', v_taken
      );
    end if;
  end loop;

  return json_build_object(
    'now', floor(extract(epoch from v_now) * 1000),
    'next', (
      select floor(extract(epoch from due_at) * 1000) from webhook_endpoints
      where status = 'active' and due_at > v_now order by due_at limit 1
    ),
    'unknown', v_unknown, 'dead', v_dead, 'endpoints', array_to_json(v_endpoints)
  );
end
$$;

revoke all on function sluice.deliveries_claim(text, integer, integer, integer, integer, integer, jsonb) from public;
grant execute on function sluice.deliveries_claim(text, integer, integer, integer, integer, integer, jsonb) to sluice_notification;
