-- A page of phases across runs (array of PhaseView): those of the newest run first, and within a run in their order. Filters that are
-- null do not filter.
--   p_status: also blocked, which lies over any other
--   p_role: those that wait for this role, or for anybody
--   p_before_created, p_before_id, p_before_order: createdAt, runId and order of the last item of the page before
create or replace function sluice.list_phases(
  p_tenant text, p_status text, p_workflow text, p_role text, p_limit integer, p_before_created timestamptz, p_before_id text,
  p_before_order integer
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
-- Each combination of filters has its own index, which only a plan made for the values at hand can choose.
set plan_cache_mode = force_custom_plan
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(
      jsonb_agg(
        page.view || jsonb_build_object('runStatus', run.status) order by page.created_at desc, page.id desc, page.place
      ), '[]')
    from (
      select p.view, p.created_at, p.id, p.place from phases p
      where p.tenant = p_tenant and p.place > 0 -- as the indexes for lists want it
        and (p_status is null or case p_status when 'blocked' then p.blocked else p.status = p_status end)
        and (p_workflow is null or p.workflow = p_workflow)
        and (p_role is null or (p.waiting_roles <> '[]' and p.waiting_roles ?| array[p_role, '*']))
        and (
          p_before_created is null
          or (
            p.created_at <= p_before_created
            and (
              (p.created_at, p.id) < (p_before_created, p_before_id)
              or ((p.created_at, p.id) = (p_before_created, p_before_id) and p.place > p_before_order)
            )
          )
        )
      order by p.created_at desc, p.id desc, p.place
      limit p_limit
    ) page
    left join lateral (select r.status from runs r where r.tenant = p_tenant and r.id = page.id limit 1) run on true
  );
end
$$;

revoke all on function sluice.list_phases(text, text, text, text, integer, timestamptz, text, integer) from public;
grant execute on function sluice.list_phases(text, text, text, text, integer, timestamptz, text, integer) to sluice_api;
