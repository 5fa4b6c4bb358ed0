-- A page of statements, newest month first: array of what each is made of (see statement_facts). The month that runs, and every earlier one of
-- which there is something.
--   p_before_month: of the last item of the page before
create or replace function sluice.list_statements(p_tenant text, p_limit integer, p_before_month text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
declare
  v_now constant text := to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM');
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(jsonb_agg(statement_facts(p_tenant, page.month) order by page.month desc), '[]')
    from (
      select known.month
      from (
        select v_now collate "C" as month
        union select m.month from billing_months m where m.tenant = p_tenant
        union select s.month from billing_statements s where s.tenant = p_tenant
        -- Something was used, and has no price.
        union select to_char(d.day, 'YYYY-MM') collate "C" from billing_days d where d.tenant = p_tenant
      ) known
      where known.month <= v_now and (p_before_month is null or known.month < p_before_month)
      order by known.month desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_statements(text, integer, text) from public;
grant execute on function sluice.list_statements(text, integer, text) to sluice_api;
