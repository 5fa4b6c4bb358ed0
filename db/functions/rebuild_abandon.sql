-- Drops <p_table>_next, if there is one. Fails with SL001 unless p_epoch holds p_lease.
create or replace function sluice.rebuild_abandon(p_lease text, p_epoch bigint, p_table text) returns void
language plpgsql volatile security definer
set search_path = sluice, pg_temp
as $$
begin
  perform rebuild_check(p_table);
  perform assert_lease(p_lease, p_epoch);
  execute format('drop table if exists sluice.%I', p_table || '_next');
end
$$;

revoke all on function sluice.rebuild_abandon(text, bigint, text) from public;
grant execute on function sluice.rebuild_abandon(text, bigint, text) to sluice_operator;
