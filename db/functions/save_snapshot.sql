-- Keeps the newest fold of a stream; an older one never replaces a newer one of the same fold version.
create or replace function sluice.save_snapshot(
  p_tenant text, p_stream_id text, p_version integer, p_fold_version integer, p_state jsonb
) returns void
language sql volatile security definer
set search_path = sluice, pg_temp
as $$
  insert into snapshots (tenant, stream_id, version, fold_version, state)
  values (p_tenant, p_stream_id, p_version, p_fold_version, p_state)
  on conflict (tenant, stream_id) do update
    set version = excluded.version, fold_version = excluded.fold_version, state = excluded.state
    where snapshots.fold_version <> excluded.fold_version or snapshots.version < excluded.version
$$;

revoke all on function sluice.save_snapshot(text, text, integer, integer, jsonb) from public;
grant execute on function sluice.save_snapshot(text, text, integer, integer, jsonb) to sluice_api, sluice_coordinator, sluice_notification, sluice_billing;
