-- The approval as the API answers it (ApprovalView), or null; one that a run asks for has its title as subjectTitle. One round trip: it
-- sets the tenant, then row-level security applies.
create or replace function sluice.read_approval(p_tenant text, p_id text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select a.view || case
      when a.subject_type not in ('checkpoint', 'signoff') then '{}'
      else jsonb_build_object('subjectTitle', (
        select r.view -> 'title' from runs r where r.tenant = p_tenant and r.id = split_part(a.subject_id, '/', 1)
      ))
    end
    from approvals a
    where a.tenant = p_tenant and a.id = p_id
  );
end
$$;

revoke all on function sluice.read_approval(text, text) from public;
grant execute on function sluice.read_approval(text, text) to sluice_api;
