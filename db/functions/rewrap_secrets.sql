-- Stores secrets that were sealed anew, and answers how many. One that somebody else has sealed anew meanwhile, or that is gone, is left
-- as it is.
--   p_secrets: array of {"tenant", "subscriptionId", "secretId", "oldKeyName", "keyName", "sealed" (base64)}
create or replace function sluice.rewrap_secrets(p_secrets jsonb) returns integer
language sql volatile security definer
set search_path = sluice, pg_temp
as $$
  with changed as (
    update webhook_secrets s set key_name = one ->> 'keyName', sealed = decode(one ->> 'sealed', 'base64')
    from jsonb_array_elements(p_secrets) one
    where s.tenant = one ->> 'tenant' and s.subscription_id = one ->> 'subscriptionId'
      and s.secret_id = (one ->> 'secretId')::uuid and s.key_name = one ->> 'oldKeyName'
    returning 1
  )
  select count(*)::integer from changed
$$;

revoke all on function sluice.rewrap_secrets(jsonb) from public;
grant execute on function sluice.rewrap_secrets(jsonb) to sluice_operator;
