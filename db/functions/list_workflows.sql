-- A page of workflows (array of WorkflowView), newest first.
--   p_before_created, p_before_id: creation and id of the last item of the page before
create or replace function sluice.list_workflows(
  p_tenant text, p_limit integer, p_before_created timestamptz, p_before_id text
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(jsonb_agg(page.view order by page.created_at desc, page.id desc), '[]')
    from (
      select w.view, w.created_at, w.id from workflows w
      where w.tenant = p_tenant and w.version > 0 -- as the index for lists wants it
        and (p_before_created is null or (w.created_at, w.id) < (p_before_created, p_before_id))
      order by w.created_at desc, w.id desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_workflows(text, integer, timestamptz, text) from public;
grant execute on function sluice.list_workflows(text, integer, timestamptz, text) to sluice_api;
