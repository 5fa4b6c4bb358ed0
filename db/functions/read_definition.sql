-- One version of a workflow with its document: {"version", "content"}, where version is the workflow's newest one and content a
-- WorkflowContent, or null where there is no such version. Null where there is no such workflow.
--   p_version: which version; null: the newest
create or replace function sluice.read_definition(p_tenant text, p_workflow text, p_version integer) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    select jsonb_build_object('version', w.version, 'content', (
      select jsonb_build_object(
        'name', w.view -> 'name', 'version', v.value -> 'version', 'digest', v.value -> 'digest',
        'createdAt', v.value -> 'createdAt', 'document', d.view -> 'document'
      )
      from jsonb_array_elements(w.view -> 'versions') v
      join definitions d on d.tenant = p_tenant and d.version > 0 and d.digest = v.value ->> 'digest'
      where (v.value -> 'version')::integer = coalesce(p_version, w.version)
    ))
    from workflows w where w.tenant = p_tenant and w.id = p_workflow
  );
end
$$;

revoke all on function sluice.read_definition(text, text, integer) from public;
grant execute on function sluice.read_definition(text, text, integer) to sluice_api;
