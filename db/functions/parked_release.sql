-- Lets a parked stream go on: the running consumer tries its first event again and then those that wait behind it.
-- False: that stream is not parked, or was released already.
create or replace function sluice.parked_release(p_consumer text, p_tenant text, p_stream_id text, p_by text) returns boolean
language plpgsql volatile security definer
set search_path = sluice, pg_temp
as $$
begin
  update consumer_parked set released_at = clock_timestamp(), released_by = p_by
  where consumer = p_consumer and tenant = p_tenant and stream_id = p_stream_id and released_at is null;
  if not found then
    return false;
  end if;
  delete from consumer_attempts where consumer = p_consumer and tenant = p_tenant and stream_id = p_stream_id;
  return true;
end
$$;

revoke all on function sluice.parked_release(text, text, text, text) from public;
grant execute on function sluice.parked_release(text, text, text, text) to sluice_operator;
