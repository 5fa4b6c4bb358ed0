-- A page of budgets, newest first: array of how each stands (see budget_standing). A filter that is null does not filter.
--   p_before_created, p_before_id: createdAt and id of the last item of the page before
create or replace function sluice.list_budgets(
  p_tenant text, p_active boolean, p_limit integer, p_before_created timestamptz, p_before_id text
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(jsonb_agg(budget_standing(page.tenant, page.id, page.view) order by page.created_at desc, page.id desc), '[]')
    from (
      select b.* from budgets b
      where b.tenant = p_tenant
        and (p_active is null or b.active = p_active)
        and (p_before_created is null or (b.created_at, b.id) < (p_before_created, p_before_id))
      order by b.created_at desc, b.id desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_budgets(text, boolean, integer, timestamptz, text) from public;
grant execute on function sluice.list_budgets(text, boolean, integer, timestamptz, text) to sluice_api;
