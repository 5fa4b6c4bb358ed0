-- How many notifications one person has not read, and how many that they have not put away want an action (NotificationCounts).
--   p_roles: the caller's    p_actor: the caller, <kind>/<id>
create or replace function sluice.count_notifications(p_tenant text, p_roles text[], p_actor text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    with audience as (
      select 'role' as kind, role as id from unnest(p_roles || '*'::text) role group by role
      union all
      select 'actor', p_actor
    ),
    -- All there are less those with a mark: an index alone counts the first.
    all_of_them as (
      select sum(found.count) as count
      from audience,
        lateral (
          select count(*) from notifications n
          where n.tenant = p_tenant and n.audience_kind = audience.kind and n.audience_id = audience.id
        ) found
    ),
    marked as (
      select count(*) as count
      from notification_marks m join notifications n on n.tenant = p_tenant and n.id = m.notification_id
      where m.tenant = p_tenant and m.actor = p_actor
        and case n.audience_kind when 'role' then n.audience_id = any (p_roles || '*'::text) else n.audience_id = p_actor end
    ),
    open as (
      select sum(found.count) as count
      from audience,
        lateral (
          select count(*) from notifications n
          where n.tenant = p_tenant and n.audience_kind = audience.kind and n.audience_id = audience.id and n.needs_action
            and not exists (
              select from notification_marks m
              where m.tenant = p_tenant and m.actor = p_actor and m.notification_id = n.id and m.archived_at is not null
            )
        ) found
    )
    select jsonb_build_object('unread', all_of_them.count - marked.count, 'needsAction', open.count) from all_of_them, marked, open
  );
end
$$;

revoke all on function sluice.count_notifications(text, text[], text) from public;
grant execute on function sluice.count_notifications(text, text[], text) to sluice_api;
