-- A page of a subscription's deliveries, newest event first: array of {"position", "view": DeliveryView}. A filter that is null does not
-- filter.
--   p_before_position: of the last item of the page before
create or replace function sluice.list_deliveries(
  p_tenant text, p_subscription_id text, p_status text, p_limit integer, p_before_position bigint
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
-- Each status has its own index, which only a plan made for the values at hand can choose.
set plan_cache_mode = force_custom_plan
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(
      jsonb_agg(jsonb_build_object('position', page.position, 'view', delivery_view(page)) order by page.position desc), '[]')
    from (
      select d.* from deliveries d
      where d.tenant = p_tenant and d.subscription_id = p_subscription_id
        and (p_status is null or d.status = p_status)
        and (p_before_position is null or d.position < p_before_position)
      order by d.position desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_deliveries(text, text, text, integer, bigint) from public;
grant execute on function sluice.list_deliveries(text, text, text, integer, bigint) to sluice_api;
