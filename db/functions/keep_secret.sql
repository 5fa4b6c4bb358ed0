-- Keeps a sealed secret under its id, before the event that names it is appended.
create or replace function sluice.keep_secret(
  p_tenant text, p_subscription_id text, p_secret_id uuid, p_key_name text, p_sealed bytea
) returns void
language sql volatile security definer
set search_path = sluice, pg_temp
as $$
  insert into webhook_secrets (tenant, subscription_id, secret_id, key_name, sealed)
  values (p_tenant, p_subscription_id, p_secret_id, p_key_name, p_sealed)
$$;

revoke all on function sluice.keep_secret(text, text, uuid, text, bytea) from public;
grant execute on function sluice.keep_secret(text, text, uuid, text, bytea) to sluice_api;
