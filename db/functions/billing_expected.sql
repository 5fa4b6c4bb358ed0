-- What billing has to make of a tenant's events up to a position, worked out from sluice.events: it reads no table that billing writes
-- (but those of its consumer, for what is parked) and shares no code with what writes them.
-- One row per thing that was used (kind usage), credit and adjustment.
--   source_id, meter, part              name it: by the event that says so; of active time that a month's end cuts, by what is derived from the
--                                       event that closed the month and the session
--   event_id, position                  of that event
--   at, until, active_ms                when; of active time the interval, and how long the session had been active before it
--   before                              used by the tenant before it, of this meter and model in the month of at
--   month, late                         on whose statement it is, and whether the month of at had been closed by then
--   amount, unpriced                    what it costs under the newest price books (10⁻¹⁵ USD; of an adjustment signed, positive in the tenant's
--                                       favour), and how much of the quantity has no price
-- Events that wait behind one that billing could not apply, and those that were given up, are left out: others report them.
--
-- Each category is read once, and whatever depends on order is a window: the time goes with the number of events.
create or replace function sluice.billing_expected(p_tenant text, p_up_to bigint)
returns table (
  kind text, source_id uuid, meter text, part integer, event_id uuid, "position" bigint, at timestamptz, until timestamptz, active_ms bigint,
  quantity bigint, before numeric, model text, role text, session_id text, run_id text, phase text, task_id text, month text, late boolean,
  amount numeric, unpriced bigint
)
language plpgsql stable rows 100000
set search_path = sluice, pg_temp
set plan_cache_mode = force_custom_plan
set work_mem = '64MB'
set jit = off
-- Nothing here can be estimated: a nested loop over what turns out to be many would never end, and a merge would sort everything. The loops
-- that are left go over month ends and price books, which are few.
set enable_nestloop = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  return query
  with left_out as materialized (
    select e.position
    from consumer_parked p
    join events e on e.tenant = p_tenant and e.stream_id = p.stream_id and e.version > consumer_version('billing', p_tenant, p.stream_id)
    where p.consumer = 'billing' and p.tenant = p_tenant
    union all
    select s.position from consumer_skipped s where s.consumer = 'billing' and s.tenant = p_tenant
  ),

  -- The account. '.' is the character after '-': all streams of a category.
  account as materialized (
    select e.position, e.event_id, e.type, e.data, e.recorded_at
    from events e
    where e.tenant = p_tenant and e.stream_id > 'billing-' and e.stream_id < 'billing.' and e.position <= p_up_to
      and e.position not in (select l.position from left_out l)
  ), closing as materialized (
    select row_number() over (order by a.position)::integer as n, a.position, a.event_id, a.data ->> 'month' as month,
      ((a.data ->> 'month' || '-01')::timestamp + interval '1 month') at time zone 'UTC' as boundary
    from account a where a.type = 'billing.month-closed'
  ), closings as materialized (
    select array_agg(c.position order by c.n) as positions, array_agg(c.month order by c.n) as months,
      array_agg(to_char(c.boundary at time zone 'UTC', 'YYYY-MM') order by c.n) as nexts
    from closing c
  ), book as materialized (
    -- Of two that begin at once, the later version is the one.
    select row_number() over (order by b.since)::integer as n, b.since, b.prices
    from (
      select distinct on (since) (a.data ->> 'effectiveFrom')::timestamptz as since, a.data -> 'prices' as prices
      from account a where a.type = 'billing.prices-published'
      order by since, (a.data ->> 'version')::integer desc
    ) b
  ), books as materialized (
    select array_agg(b.since order by b.n) as sinces from book b
  ),

  -- Sessions: who they are for, what they work on, and when they are active.
  session as materialized (
    select e.position, e.event_id, substr(e.stream_id, 9) as session_id, e.recorded_at,
      case when e.type = 'session.opened' then e.data ->> 'role' collate "C" end as role,
      case
        when e.type = 'session.opened' or (e.type = 'session.updated' and e.data ? 'taskId') then lower(coalesce(e.data ->> 'taskId', '')) collate "C"
      end as task_id,
      case
        when e.type in ('session.activated', 'session.resumed') then true
        when e.type in ('session.paused', 'session.completed', 'session.failed', 'session.expired') then false
      end as active
    from events e
    where e.tenant = p_tenant and e.stream_id > 'session-' and e.stream_id < 'session.' and e.position <= p_up_to
      and e.type <> 'session.usage-recorded' and e.position not in (select l.position from left_out l)
  ), worker as materialized (
    -- Role and task of a session, from one position to another.
    select w.*
    from (
      select s.session_id, s.position as first, coalesce(lead(s.position) over stream - 1, p_up_to) as last, max(s.role) over stream as role, s.task_id
      from session s
      where s.task_id is not null
      window stream as (partition by s.session_id order by s.position)
    ) w
    where w.role is not null
  ), turn as (
    select s.*, s.active and not lag(s.active, 1, false) over stream as begins, lag(s.active, 1, false) over stream and not s.active as ends
    from session s
    where s.active is not null
    window stream as (partition by s.session_id order by s.position)
  ), active as materialized (
    -- Intervals; an open one has no end.
    select i.*, coalesce(width_bucket(i.began, (select positions from closings)), 0) as closed_before,
      coalesce(width_bucket(coalesce(i.ended, p_up_to), (select positions from closings)), 0) as closed_after
    from (
      select t.session_id, t.begins, t.position as began, t.recorded_at as since, lead(t.position) over stream as ended,
        lead(t.event_id) over stream as event_id, lead(t.recorded_at) over stream as until
      from turn t
      where t.begins or t.ends
      window stream as (partition by t.session_id order by t.position)
    ) i
    where i.begins
  ), piece as materialized (
    -- Cut where a month was closed meanwhile: up to that month's end they are metered by the closing.
    select p.*,
      coalesce(
        sum(greatest(0, (date_part('epoch', p.until - p.since) * 1000)::bigint)) over (
          partition by p.session_id order by p.position rows between unbounded preceding and 1 preceding
        ), 0
      )::bigint as active_ms
    from (
      select i.session_id, c.position, c.event_id, true as cut, greatest(i.since, earlier.boundary) as since, c.boundary as until
      from (select a.*, generate_series(a.closed_before + 1, a.closed_after) as n from active a where a.closed_after > a.closed_before) i
      join closing c on c.n = i.n
      left join closing earlier on earlier.n = i.n - 1 and earlier.n > i.closed_before
      union all
      select i.session_id, i.ended, i.event_id, false, greatest(i.since, last.boundary), i.until
      from active i
      left join closing last on last.n = i.closed_after and last.n > i.closed_before
      where i.ended is not null
    ) p
  ),

  -- Runs: where tasks belong. Events of a task tell its id; of one that has none yet the id is worked out, if a session names one that is unknown.
  run as materialized (
    select e.position, substr(e.stream_id, 5) as run_id, e.type, e.data
    from events e
    where e.tenant = p_tenant and e.stream_id > 'run-' and e.stream_id < 'run.' and e.position <= p_up_to
      and (e.type = 'run.started' or e.type ^@ 'run.task-')
      and e.position not in (select l.position from left_out l)
  ), told as materialized (
    select distinct r.run_id, r.data ->> 'key' as key, r.data ->> 'id' as task_id from run r where r.type <> 'run.started'
  ), planned as materialized (
    select r.run_id, r.position, phase ->> 'id' as phase, task ->> 'key' as key
    from run r
    cross join lateral jsonb_array_elements(r.data -> 'definition' -> 'phases') phase
    cross join lateral jsonb_array_elements(phase -> 'tasks') task
    where r.type = 'run.started'
  ), place as materialized (
    select r.data ->> 'id' as task_id, r.run_id, r.data ->> 'phase' as phase, r.position from run r where r.type = 'run.task-added'
    union all
    select t.task_id, p.run_id, p.phase, p.position from planned p join told t on t.run_id = p.run_id and t.key = p.key
    union all
    select uuid_v5(p.run_id::uuid, 'task/' || p.key)::text, p.run_id, p.phase, p.position
    from planned p
    left join told t on t.run_id = p.run_id and t.key = p.key
    where t.task_id is null
      and (select exists (select from worker w where w.task_id <> '' and w.task_id not in (select told.task_id from told)))
  ),

  -- What was used.
  used as (
    select e.event_id as source_id, e.event_id, substr(e.stream_id, 9) as session_id, e.position, e.data ->> 'meter' collate "C" as meter, 0 as part,
      (e.data ->> 'at')::timestamptz as at, null::timestamptz as until, null::bigint as active_ms, (e.data ->> 'quantity')::bigint as quantity,
      coalesce(e.data ->> 'model', '') collate "C" as model, coalesce(w.role, '') as role, coalesce(w.task_id, '') as task_id
    from events e
    left join worker w on w.session_id = substr(e.stream_id, 9) and e.position between w.first and w.last
    where e.tenant = p_tenant and e.stream_id > 'session-' and e.stream_id < 'session.' and e.position <= p_up_to
      and e.type = 'session.usage-recorded' and e.position not in (select l.position from left_out l)
    union all
    select s.source_id, s.event_id, s.session_id, s.position, 'session.seconds', s.part, s.at, s.until, s.active_ms,
      (s.active_ms + (date_part('epoch', s.until - s.at) * 1000)::bigint) / 1000 - s.active_ms / 1000, '', s.role, s.task_id
    from (
      -- Cut at midnight, UTC.
      select d.source_id, d.event_id, d.session_id, d.position, d.part, d.role, d.task_id, greatest(d.since, d.day) as at,
        least(d.until, d.day + interval '24 hours') as until,
        d.active_ms + (date_part('epoch', greatest(d.since, d.day) - d.since) * 1000)::bigint as active_ms
      from (
        select p.*, n as part, date_trunc('day', p.since, 'UTC') + n * interval '24 hours' as day
        from (
          select piece.*, w.role, w.task_id,
            case when piece.cut then uuid_v5(piece.event_id, piece.session_id) else piece.event_id end as source_id
          from piece
          join worker w on w.session_id = piece.session_id and piece.position between w.first and w.last
          where piece.until > piece.since
          offset 0
        ) p
        cross join lateral generate_series(
          0, ceil(date_part('epoch', p.until - date_trunc('day', p.since, 'UTC')) / 86400)::integer - 1
        ) n
      ) d
    ) s
    union all
    select e.event_id, e.event_id, '', e.position, 'approval.decisions', 0, e.recorded_at, null, null, 1, '', '', ''
    from events e
    where e.tenant = p_tenant and e.stream_id > 'approval-' and e.stream_id < 'approval.' and e.position <= p_up_to
      and e.type = 'approval.decision-recorded' and e.position not in (select l.position from left_out l)
  ), counted as materialized (
    select u.*,
      coalesce(
        sum(u.quantity) over (
          -- One key sorts faster than three.
          partition by u.month_of_use || ' ' || u.meter || ' ' || u.model order by u.position, u.session_id, u.part
          rows between unbounded preceding and 1 preceding
        ), 0
      ) as before,
      -- The first and the last price book of its time; 0: before all of them.
      coalesce(width_bucket(u.at, (select sinces from books)), 0) as first_book,
      coalesce(width_bucket(coalesce(u.until, u.at), (select sinces from books)), 0) as last_book
    from (
      select used.*, to_char(used.at at time zone 'UTC', 'YYYY-MM') collate "C" as month_of_use from used where used.quantity > 0
    ) u
  ),

  -- What it costs. A model's own price goes before that of any other model.
  line as materialized (
    select b.n, value ->> 'meter' as meter, value ->> 'model' as model, value -> 'tiers' as tiers
    from book b cross join lateral jsonb_array_elements(b.prices)
  ), tariff as materialized (
    select w.n, w.meter, w.model, t.lows, t.highs, t.prices
    from (
      select distinct n, c.meter, c.model
      from (select distinct meter, model, first_book, last_book from counted) c
      cross join lateral generate_series(greatest(c.first_book, 1), c.last_book) n
    ) w
    left join line own on own.n = w.n and own.meter = w.meter and own.model = w.model
    left join line other on other.n = w.n and other.meter = w.meter and other.model = '*'
    cross join lateral (
      select array_agg(low order by ordinality) as lows, array_agg(high order by ordinality) as highs, array_agg(price order by ordinality) as prices
      from (
        select ordinality, (value ->> 'price')::numeric as price, coalesce((value ->> 'upTo')::numeric, 'infinity') as high,
          coalesce(lag((value ->> 'upTo')::numeric) over (order by ordinality), 0) as low
        from jsonb_array_elements(coalesce(own.tiers, other.tiers)) with ordinality
      ) tier
    ) t
    where own.tiers is not null or other.tiers is not null
  ), priced as (
    -- Within the time of one book; and across several, cut where they change, by the same whole seconds.
    select c.*,
      case
        when t.prices is null then 0
        when cardinality(t.prices) = 1 then c.quantity * t.prices[1]
        else (
          select sum(greatest(0, least(c.before + c.quantity, high) - greatest(c.before, low)) * price)
          from unnest(t.lows, t.highs, t.prices) tier (low, high, price)
        )
      end as amount,
      case when t.prices is null then c.quantity else 0 end as unpriced
    from counted c
    left join tariff t on t.n = c.first_book and t.meter = c.meter and t.model = c.model
    where c.first_book = c.last_book
    union all
    select c.*, cut.amount, cut.unpriced
    from counted c
    cross join lateral (
      select sum(
          (
            select sum(greatest(0, least(c.before + span.upto, high) - greatest(c.before + span.from, low)) * price)
            from unnest(t.lows, t.highs, t.prices) tier (low, high, price)
          )
        ) as amount,
        sum(case when t.prices is null then span.upto - span.from else 0 end)::bigint as unpriced
      from (
        select i.n,
          (c.active_ms + (date_part('epoch', greatest(c.at, b.since) - c.at) * 1000)::bigint) / 1000 - c.active_ms / 1000 as from,
          (c.active_ms + (date_part('epoch', least(c.until, next.since) - c.at) * 1000)::bigint) / 1000 - c.active_ms / 1000 as upto
        from generate_series(c.first_book, c.last_book) i (n)
        left join book b on b.n = i.n
        left join book next on next.n = i.n + 1
      ) span
      left join tariff t on t.n = span.n and t.meter = c.meter and t.model = c.model
    ) cut
    where c.first_book < c.last_book
  ), known as (
    select 'usage' as kind, u.source_id, u.event_id, u.session_id, u.meter, u.part, u.position, u.at, u.until, u.active_ms, u.quantity, u.before, u.model,
      u.role, coalesce(p.run_id, '') as run_id, coalesce(p.run_id || '/' || p.phase, '') as phase, u.task_id, u.month_of_use,
      coalesce(u.amount, 0) as amount, u.unpriced
    from priced u
    left join place p on p.task_id = u.task_id and p.position < u.position
    union all
    select case a.type when 'billing.credited' then 'credit' else 'adjustment' end, a.event_id, a.event_id, '', '', 0, a.position, a.recorded_at, null, null,
      null, null, '', '', '', '', '', to_char(a.recorded_at at time zone 'UTC', 'YYYY-MM'), (a.data ->> 'amount')::numeric, 0
    from account a
    where a.type in ('billing.credited', 'billing.adjusted')
  )
  select k.kind, k.source_id, k.meter, k.part, k.event_id, k.position, k.at, k.until, k.active_ms, k.quantity, k.before, k.model, k.role,
    k.session_id, k.run_id, k.phase, k.task_id, case when k.late then (select nexts from closings)[k.closed] else k.month_of_use end, k.late, k.amount, k.unpriced
  from (
    select known.*, n.closed, coalesce(known.month_of_use <= (select months from closings)[n.closed], false) as late
    from known
    cross join lateral (select width_bucket(known.position - 1, (select positions from closings)) as closed) n
  ) k;
end
$$;

revoke all on function sluice.billing_expected(text, bigint) from public;
grant execute on function sluice.billing_expected(text, bigint) to sluice_billing, sluice_operator;
