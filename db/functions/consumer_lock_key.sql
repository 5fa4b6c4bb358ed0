-- The advisory lock that a consumer's batches hold in shared mode until their transaction ends, and whoever exchanges one of its
-- tables exclusively ("SLUT" in ASCII, then the consumer).
create or replace function sluice.consumer_lock_key(p_consumer text) returns bigint
language sql immutable parallel safe
as $$ select (1397511508::bigint << 32) | (hashtext(p_consumer)::bigint & 4294967295) $$;
