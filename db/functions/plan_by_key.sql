-- For the rest of the transaction every statement finds its rows by their keys, one after the other, whatever the statistics say:
-- a plan made while the tables were empty stays when they have grown, and would read them whole for every batch.
create or replace function sluice.plan_by_key() returns void
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config(setting, 'off', true)
  from unnest(array['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin']) setting;
end
$$;

revoke all on function sluice.plan_by_key() from public;
grant execute on function sluice.plan_by_key() to sluice_projector, sluice_coordinator, sluice_notification, sluice_billing, sluice_operator;
