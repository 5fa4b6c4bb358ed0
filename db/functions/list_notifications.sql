-- A page of one person's notifications (array of NotificationView), newest first: those for their roles, for everybody and for
-- themselves. Filters that are null do not filter.
--   p_roles: the caller's    p_actor: the caller, <kind>/<id>
--   p_state: unread, read, archived; null: all but archived
--   p_before_created, p_before_id: createdAt and id of the last item of the page before
create or replace function sluice.list_notifications(
  p_tenant text, p_roles text[], p_actor text, p_state text, p_needs_action boolean, p_limit integer,
  p_before_created timestamptz, p_before_id uuid
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
-- Which index serves depends on the values at hand. It is to be read in its order and each mark looked up by itself, until the page
-- is full: guesses of how many are left over would have it all read and sorted first.
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_sort = off
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  -- What one has read or put away is few beside what there is: it is found by one's marks.
  if p_state in ('read', 'archived') then
    return (
      select coalesce(jsonb_agg(notification_view(page.n, page.read_at, page.archived_at) order by page.created_at desc, page.id desc), '[]')
      from (
        select n, n.created_at, n.id, m.read_at, m.archived_at
        from notification_marks m join notifications n on n.tenant = p_tenant and n.id = m.notification_id
        where m.tenant = p_tenant and m.actor = p_actor and (m.archived_at is not null) = (p_state = 'archived')
          and case n.audience_kind when 'role' then n.audience_id = any (p_roles || '*'::text) else n.audience_id = p_actor end
          and (p_needs_action is null or n.needs_action = p_needs_action)
          and (p_before_created is null or (n.created_at, n.id) < (p_before_created, p_before_id))
        order by n.created_at desc, n.id desc
        limit p_limit
      ) page
    );
  end if;
  -- The newest of every audience, and of these the newest.
  return (
    select coalesce(jsonb_agg(notification_view(page.n, page.read_at, page.archived_at) order by page.created_at desc, page.id desc), '[]')
    from (
      select found.*
      from (
        select 'role' as kind, role as id from unnest(p_roles || '*'::text) role group by role
        union all
        select 'actor', p_actor
      ) audience,
      lateral (
        select n, n.created_at, n.id, m.read_at, m.archived_at
        from notifications n
        left join notification_marks m on m.tenant = p_tenant and m.actor = p_actor and m.notification_id = n.id
        where n.tenant = p_tenant and n.audience_kind = audience.kind and n.audience_id = audience.id
          and (p_needs_action is null or n.needs_action = p_needs_action)
          and (p_before_created is null or (n.created_at, n.id) < (p_before_created, p_before_id))
          and m.archived_at is null and (p_state is null or m.read_at is null)
        order by n.created_at desc, n.id desc
        limit p_limit
      ) found
      order by found.created_at desc, found.id desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_notifications(text, text[], text, text, boolean, integer, timestamptz, uuid) from public;
grant execute on function sluice.list_notifications(text, text[], text, text, boolean, integer, timestamptz, uuid) to sluice_api;
