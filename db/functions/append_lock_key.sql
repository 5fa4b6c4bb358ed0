-- The advisory lock that every append holds in shared mode until its transaction ends ("SLUC" in ASCII).
create or replace function sluice.append_lock_key() returns bigint
language sql immutable parallel safe
as $$ select 1397511491::bigint $$;
