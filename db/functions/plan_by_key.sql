-- For the rest of the transaction statements find their rows by their keys, one after the other, and are planned for the
-- tables as they are now: without statistics a plan made for empty tables would stay when they have grown, and read them
-- whole, or a tenant of them, for every row of every batch.
create or replace function sluice.plan_by_key() returns void
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config(name, value, true)
  from (values
    ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'),
    ('plan_cache_mode', 'force_custom_plan')
  ) setting (name, value);
end
$$;

revoke all on function sluice.plan_by_key() from public;
grant execute on function sluice.plan_by_key() to sluice_projector;
