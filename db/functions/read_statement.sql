-- What a month's statement is made of (see statement_facts), or null where the month has not begun.
create or replace function sluice.read_statement(p_tenant text, p_month text) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  if p_month collate "C" > to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM') then
    return null;
  end if;
  return statement_facts(p_tenant, p_month);
end
$$;

revoke all on function sluice.read_statement(text, text) from public;
grant execute on function sluice.read_statement(text, text) to sluice_api;
