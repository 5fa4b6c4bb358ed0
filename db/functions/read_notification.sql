-- A notification as the API answers it (NotificationView), or null where there is none that is for the caller.
--   p_roles: the caller's    p_actor: the caller, <kind>/<id>
create or replace function sluice.read_notification(p_tenant text, p_roles text[], p_actor text, p_id uuid) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select notification_view(n, m.read_at, m.archived_at) from notifications n
    left join notification_marks m on m.tenant = p_tenant and m.actor = p_actor and m.notification_id = p_id
    where n.tenant = p_tenant and n.id = p_id
      and case n.audience_kind when 'role' then n.audience_id = any (p_roles || '*'::text) else n.audience_id = p_actor end
  );
end
$$;

revoke all on function sluice.read_notification(text, text[], text, uuid) from public;
grant execute on function sluice.read_notification(text, text[], text, uuid) to sluice_api;
