-- Refuses (42501) what is no table of a read model: only these can be had again from the log. A new one is added here.
create or replace function sluice.rebuild_check(p_table text) returns void
language plpgsql immutable
set search_path = sluice, pg_temp
as $$
begin
  if p_table <> all (array['sessions', 'approvals', 'workflows', 'definitions', 'runs', 'phases', 'audit', 'subscriptions',
    'preferences', 'budgets']) then
    raise exception '% is no read model', p_table using errcode = 'insufficient_privilege';
  end if;
end
$$;

revoke all on function sluice.rebuild_check(text) from public;
