-- Puts <table>_next in the place of every one of p_tables, under the names that its own table, indexes and constraints had, and drops
-- the old ones. The caller has taken consumer_lock_key exclusively before it completed them, so no batch of the consumer is under way.
-- Readers are asked to wait for half a second at most (55P03: they did not end by then, and nothing has happened).
-- Fails with SL001 unless p_epoch holds p_lease.
create or replace function sluice.rebuild_switch(p_lease text, p_epoch bigint, p_consumer text, p_tables text[]) returns void
language plpgsql volatile security definer
set search_path = sluice, pg_temp
set lock_timeout = '500ms'
as $$
declare
  v_table text;
  v_old regclass;
  v_next regclass;
  r record;
begin
  perform assert_lease(p_lease, p_epoch);
  perform pg_advisory_xact_lock(consumer_lock_key(p_consumer));
  foreach v_table in array p_tables loop
    perform rebuild_check(v_table);
    execute format('lock table sluice.%I in access exclusive mode', v_table);
  end loop;
  foreach v_table in array p_tables loop
    v_old := format('sluice.%I', v_table)::regclass;
    v_next := format('sluice.%I', v_table || '_next')::regclass;
    execute format('revoke all on %s from sluice_operator', v_next);
    for r in
      select case a.grantee when 0 then 'public' else a.grantee::regrole::text end as grantee, a.privilege_type as privilege,
        a.is_grantable as grantable
      from pg_class c, aclexplode(c.relacl) a where c.oid = v_old and a.grantee <> c.relowner
    loop
      execute format(
        'grant %s on %s to %s%s', r.privilege, v_next, r.grantee, case when r.grantable then ' with grant option' else '' end
      );
    end loop;
    execute format('drop table %s', v_old);
    execute format('alter table %s rename to %I', v_next, v_table);
    for r in
      select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = v_next
    loop
      execute format('alter index sluice.%I rename to %I', r.name, regexp_replace(r.name, '_next$', ''));
    end loop;
  end loop;
end
$$;

revoke all on function sluice.rebuild_switch(text, bigint, text, text[]) from public;
grant execute on function sluice.rebuild_switch(text, bigint, text, text[]) to sluice_operator;
