-- A page of approvals (array of ApprovalView), newest first; one that a run asks for has its title as subjectTitle. Filters that are
-- null do not filter. A required role * is anybody.
--   p_role: one of the roles that are required
--   p_awaiting_roles, p_awaiting_actor: pending, with an open place for one of these roles, not asked for by this actor where
--     self-review is prevented, and not decided by them yet
--   p_before_created, p_before_id: createdAt and id of the last item of the page before
create or replace function sluice.list_approvals(
  p_tenant text, p_status text, p_role text, p_subject_type text, p_subject_id text, p_awaiting_roles text[],
  p_awaiting_actor text, p_limit integer, p_before_created timestamptz, p_before_id text
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
-- Each combination of filters has its own index, which only a plan made for the values at hand can choose.
set plan_cache_mode = force_custom_plan
as $$
declare
  v_status text := case when p_awaiting_actor is null then p_status else coalesce(p_status, 'pending') end;
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select coalesce(
      jsonb_agg(
        page.view || case
          when page.subject_type not in ('checkpoint', 'signoff') then '{}'
          else jsonb_build_object('subjectTitle', (
            select r.view -> 'title' from runs r where r.tenant = p_tenant and r.id = split_part(page.subject_id, '/', 1)
          ))
        end
        order by page.created_at desc, page.id desc
      ), '[]')
    from (
      select a.view, a.subject_type, a.subject_id, a.created_at, a.id from approvals a
      where a.tenant = p_tenant and a.version > 0 -- as the indexes for lists want it
        and (v_status is null or a.status = v_status)
        and (
          p_role is null
          or a.required @> jsonb_build_array(jsonb_build_object('roles', jsonb_build_array(p_role)))
          or a.required @> '[{"roles": ["*"]}]'
        )
        and (p_subject_type is null or a.subject_type = p_subject_type)
        and (p_subject_id is null or a.subject_id = p_subject_id)
        and (p_before_created is null or (a.created_at, a.id) < (p_before_created, p_before_id))
        and (
          p_awaiting_actor is null
          or (
            a.status = 'pending'
            and exists (
              select from jsonb_array_elements(a.view -> 'outstanding') place
              where place.value -> 'roles' ?| (p_awaiting_roles || '*'::text)
            )
            and not (
              (a.view -> 'preventSelfReview')::boolean
              and a.view -> 'requestedBy' ->> 'id' = p_awaiting_actor and a.view -> 'requestedBy' ->> 'kind' <> 'system'
            )
            and not exists (
              select from jsonb_array_elements(a.view -> 'decisions') decision
              where decision.value -> 'actor' ->> 'id' = p_awaiting_actor and decision.value -> 'actor' ->> 'kind' <> 'system'
            )
          )
        )
      order by a.created_at desc, a.id desc
      limit p_limit
    ) page
  );
end
$$;

revoke all on function sluice.list_approvals(text, text, text, text, text, text[], text, integer, timestamptz, text) from public;
grant execute on function sluice.list_approvals(text, text, text, text, text, text[], text, integer, timestamptz, text) to sluice_api;
