-- Gives <p_table>_next the other indexes of its table, and statistics, now that it is filled. Fails with SL001 unless p_epoch holds p_lease.
create or replace function sluice.rebuild_index(p_lease text, p_epoch bigint, p_table text) returns void
language plpgsql volatile security definer
set search_path = sluice, pg_temp
as $$
declare
  v_next constant text := p_table || '_next';
  r record;
begin
  perform rebuild_check(p_table);
  perform assert_lease(p_lease, p_epoch);
  for r in
    select c.relname as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = format('sluice.%I', p_table)::regclass and not i.indisprimary
  loop
    execute regexp_replace(
      r.definition, ' INDEX .* ON (ONLY )?\S+ USING ', format(' INDEX %I ON sluice.%I USING ', r.name || '_next', v_next)
    );
  end loop;
  execute format('analyze sluice.%I', v_next);
end
$$;

revoke all on function sluice.rebuild_index(text, bigint, text) from public;
grant execute on function sluice.rebuild_index(text, bigint, text) to sluice_operator;
