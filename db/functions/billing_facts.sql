-- Usage at or after a time, in the order of its keys, with what it costs by the ledger: the items of its newest revision, and those without a price.
create or replace function sluice.billing_facts(
  p_tenant text, p_from timestamptz, p_source uuid, p_meter text, p_part smallint, p_limit integer
) returns setof jsonb
language sql stable
set search_path = sluice, pg_temp
as $$
  select jsonb_build_object(
    'tenant', used.tenant, 'sourceId', used.source_id, 'meter', used.meter, 'part', used.part, 'eventId', used.event_id,
    'position', used.position, 'at', to_char(used.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'until', to_char(used.until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'activeMillis', used.active_ms,
    'quantity', used.quantity, 'before', used.before::text, 'model', used.model, 'role', used.role, 'sessionId', used.session_id,
    'runId', used.run_id, 'phase', used.phase, 'taskId', used.task_id, 'revision', coalesce(newest.revision, 0),
    'items', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'item', item, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'quantity', quantity,
        'amount', amount, 'priceVersion', price_version) order by item), '[]')
      from (
        select l.item, l.at, l.quantity, l.amount::text as amount, l.price_version
        from billing_ledger l
        where l.tenant = used.tenant and l.source_id = used.source_id and l.meter = used.meter and l.part = used.part
          and l.revision = newest.revision and l.kind = 'usage'
        union all
        select u.item, u.at, u.quantity, null, null
        from billing_unpriced u
        where u.tenant = used.tenant and u.source_id = used.source_id and u.meter = used.meter and u.part = used.part
      ) items
    )
  )
  from (
    select * from billing_usage
    where tenant = p_tenant and coalesce(until, at) >= p_from
      and (p_source is null or (source_id, meter, part) > (p_source, p_meter, p_part))
    order by source_id, meter, part
    limit p_limit
  ) used
  left join lateral (
    select l.revision from billing_ledger l
    where l.tenant = used.tenant and l.source_id = used.source_id and l.meter = used.meter and l.part = used.part
    order by l.revision desc limit 1
  ) newest on true
  order by used.source_id, used.meter, used.part
$$;

revoke all on function sluice.billing_facts(text, timestamptz, uuid, text, smallint, integer) from public;
grant execute on function sluice.billing_facts(text, timestamptz, uuid, text, smallint, integer) to sluice_billing;
