-- A page of runs (array of RunView), newest first. Filters that are null do not filter.
--   p_before_created, p_before_id: createdAt and id of the last item of the page before
create or replace function sluice.list_runs(
  p_tenant text, p_status text, p_workflow text, p_limit integer, p_before_created timestamptz, p_before_id text
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
-- Each combination of filters has its own index, which only a plan made for the values at hand can choose.
set plan_cache_mode = force_custom_plan
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(jsonb_agg(page.view order by page.created_at desc, page.id desc), '[]')
    from (
      select r.view, r.created_at, r.id from runs r
      where r.tenant = p_tenant and r.version > 0 -- as the indexes for lists want it
        and (p_status is null or r.status = p_status)
        and (p_workflow is null or r.workflow = p_workflow)
        and (p_before_created is null or (r.created_at, r.id) < (p_before_created, p_before_id))
      order by r.created_at desc, r.id desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_runs(text, text, text, integer, timestamptz, text) from public;
grant execute on function sluice.list_runs(text, text, text, integer, timestamptz, text) to sluice_api;
