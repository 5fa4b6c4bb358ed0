-- One text for (tenant, scope, key); the length keeps ("a b", "c") apart from ("a", "b c").
create or replace function sluice.key_id(p_tenant text, p_scope text, p_key text) returns text
language sql immutable parallel safe
as $$ select p_tenant || ' ' || length(p_scope)::text || ' ' || p_scope || ' ' || p_key $$;
