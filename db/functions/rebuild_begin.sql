-- Makes <p_table>_next beside the table of a read model, empty and equal in everything but its indexes, of which it has the primary
-- key alone (rebuild_index, once it is filled). One that an earlier attempt left behind goes. The operator may write to it.
-- Fails with SL001 unless p_epoch holds p_lease.
create or replace function sluice.rebuild_begin(p_lease text, p_epoch bigint, p_table text) returns void
language plpgsql volatile security definer
set search_path = sluice, pg_temp
as $$
declare
  v_old constant regclass := format('sluice.%I', p_table)::regclass;
  v_next constant text := p_table || '_next';
  v_options constant text := (select array_to_string(reloptions, ', ') from pg_class where oid = v_old);
  r record;
begin
  perform rebuild_check(p_table);
  perform assert_lease(p_lease, p_epoch);
  execute format('drop table if exists sluice.%I', v_next);
  execute format('create table sluice.%I (like sluice.%I including all excluding indexes)', v_next, p_table);
  if v_options is not null then
    execute format('alter table sluice.%I set (%s)', v_next, v_options);
  end if;
  execute format('comment on table sluice.%I is %L', v_next, obj_description(v_old, 'pg_class'));

  for r in select conname, pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = v_old and contype = 'p' loop
    execute format('alter table sluice.%I add constraint %I %s', v_next, r.conname || '_next', r.definition);
  end loop;

  if (select relrowsecurity from pg_class where oid = v_old) then
    execute format('alter table sluice.%I enable row level security', v_next);
  end if;
  for r in select * from pg_policies where schemaname = 'sluice' and tablename = p_table loop
    execute format(
      'create policy %I on sluice.%I as %s for %s to %s %s %s', r.policyname, v_next, r.permissive, r.cmd,
      (select string_agg(case role when 'public' then 'public' else quote_ident(role) end, ', ') from unnest(r.roles) role),
      'using (' || r.qual || ')', 'with check (' || r.with_check || ')'
    );
  end loop;
  execute format('grant select, insert, update, delete on sluice.%I to sluice_operator', v_next);
end
$$;

revoke all on function sluice.rebuild_begin(text, bigint, text) from public;
grant execute on function sluice.rebuild_begin(text, bigint, text) to sluice_operator;
