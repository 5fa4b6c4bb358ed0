-- Takes a caller's idempotency key ([scope, key, hash, seconds to live]) for a command that changes a table of its own and no stream, in
-- the transaction of that change. Answers "new"; "replayed" when it had this effect before; "reused" when it stood for something else.
-- It waits for whoever is taking the same key.
create or replace function sluice.claim_key(p_tenant text, p_key jsonb) returns text
language plpgsql volatile security definer
set search_path = sluice, pg_temp
as $$
declare
  v_hash text;
begin
  insert into idempotency as held (tenant, scope, key, hash, command_id, stream_id, version, expires_at)
  values (p_tenant, p_key ->> 0, p_key ->> 1, p_key ->> 2, gen_random_uuid(), '', 0,
    clock_timestamp() + (p_key ->> 3)::double precision * interval '1 second')
  on conflict (tenant, scope, key) do update
    set hash = excluded.hash, command_id = excluded.command_id, stream_id = excluded.stream_id,
      version = excluded.version, expires_at = excluded.expires_at
    where held.expires_at <= clock_timestamp();
  if found then
    return 'new';
  end if;
  select hash into v_hash from idempotency where tenant = p_tenant and scope = p_key ->> 0 and key = p_key ->> 1;
  return case when v_hash = p_key ->> 2 then 'replayed' else 'reused' end;
end
$$;

revoke all on function sluice.claim_key(text, jsonb) from public;
grant execute on function sluice.claim_key(text, jsonb) to sluice_api;
