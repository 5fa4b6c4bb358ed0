-- Sealed secrets whose key has another name, in the order of their ids: array of {"tenant", "subscriptionId", "secretId", "keyName",
-- "sealed" (base64)}.
--   p_after: tenant, subscription's id and secret's id of the last one of the page before; null: from the first one
create or replace function sluice.list_secrets_to_rewrap(p_key_name text, p_limit integer, p_after text[]) returns jsonb
language sql stable security definer
set search_path = sluice, pg_temp
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object(
        'tenant', page.tenant, 'subscriptionId', page.subscription_id, 'secretId', page.secret_id, 'keyName', page.key_name,
        'sealed', translate(encode(page.sealed, 'base64'), E'\n', '')
      )
      order by page.tenant, page.subscription_id, page.secret_id
    ), '[]')
  from (
    select * from webhook_secrets
    where key_name <> p_key_name
      and (p_after is null or (tenant, subscription_id, secret_id) > (p_after[1], p_after[2], p_after[3]::uuid))
    order by tenant, subscription_id, secret_id
    limit p_limit
  ) page
$$;

revoke all on function sluice.list_secrets_to_rewrap(text, integer, text[]) from public;
grant execute on function sluice.list_secrets_to_rewrap(text, integer, text[]) to sluice_operator;
