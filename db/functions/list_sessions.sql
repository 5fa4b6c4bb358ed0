-- A page of sessions (array of SessionView), newest first. Filters that are null do not filter.
--   p_before_created, p_before_id: createdAt and id of the last item of the page before
create or replace function sluice.list_sessions(
  p_tenant text, p_role text, p_status text, p_limit integer, p_before_created timestamptz, p_before_id text
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
      select s.view, s.created_at, s.id from sessions s
      where s.tenant = p_tenant and s.version > 0 -- as the indexes for lists want it
        and (p_role is null or s.role = p_role)
        and (p_status is null or s.status = p_status)
        and (p_before_created is null or (s.created_at, s.id) < (p_before_created, p_before_id))
      order by s.created_at desc, s.id desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_sessions(text, text, text, integer, timestamptz, text) from public;
grant execute on function sluice.list_sessions(text, text, text, integer, timestamptz, text) to sluice_api;
