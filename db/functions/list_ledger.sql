-- A page of ledger entries, newest first: array of {"position", "line", "entry": LedgerEntry without its amount in USD}. Filters that are null do
-- not filter.
--   p_month: of the statement    p_before_position, p_before_line: of the last entry of the page before
create or replace function sluice.list_ledger(
  p_tenant text, p_kind text, p_month text, p_session_id text, p_limit integer, p_before_position bigint, p_before_line integer
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
-- Each filter has its own index, which only a plan made for the values at hand can choose.
set plan_cache_mode = force_custom_plan
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(
      jsonb_agg(
        jsonb_build_object(
          'position', page.position,
          'line', page.line,
          'entry', jsonb_build_object(
            'id', page.position || '-' || page.line,
            'kind', page.kind,
            'debit', page.debit,
            'credit', page.credit,
            'amount', page.amount::text,
            'at', to_char(page.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'month', page.month,
            'meter', nullif(page.meter, ''),
            'model', nullif(page.model, ''),
            'quantity', page.quantity::text,
            'priceVersion', page.price_version,
            'role', nullif(page.role, ''),
            'sessionId', nullif(page.session_id, ''),
            'runId', nullif(page.run_id, ''),
            'phase', nullif(page.phase, ''),
            'reason', page.reason,
            'eventId', page.event_id
          )
        )
        order by page.position desc, page.line desc
      ), '[]')
    from (
      select l.* from billing_ledger l
      where l.tenant = p_tenant
        and (p_kind is null or l.kind = p_kind)
        and (p_month is null or l.month = p_month)
        and (p_session_id is null or l.session_id = p_session_id)
        and (p_before_position is null or (l.position, l.line) < (p_before_position, p_before_line))
      order by l.position desc, l.line desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_ledger(text, text, text, text, integer, bigint, integer) from public;
grant execute on function sluice.list_ledger(text, text, text, text, integer, bigint, integer) to sluice_api;
