-- A page of subscriptions (array of SubscriptionView), newest first, without those that are deleted. A filter that is null does not filter.
--   p_before_created, p_before_id: createdAt and id of the last item of the page before
create or replace function sluice.list_subscriptions(
  p_tenant text, p_status text, p_limit integer, p_before_created timestamptz, p_before_id text
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(jsonb_agg(page.view order by page.created_at desc, page.id desc), '[]')
    from (
      select s.view, s.created_at, s.id from subscriptions s
      where s.tenant = p_tenant and s.status <> 'deleted'
        and (p_status is null or s.status = p_status)
        and (p_before_created is null or (s.created_at, s.id) < (p_before_created, p_before_id))
      order by s.created_at desc, s.id desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_subscriptions(text, text, integer, timestamptz, text) from public;
grant execute on function sluice.list_subscriptions(text, text, integer, timestamptz, text) to sluice_api;
