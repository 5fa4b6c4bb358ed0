-- Gives at most p_limit timers of a kind another interval: what they count from stays, so they are due as much earlier or later.
-- Walks by key from behind p_tenant, p_stream_id. Answers [tenant, stream id] of the last one looked at, or null at the end.
create or replace function sluice.timers_redate(
  p_kind text, p_every bigint, p_tenant text, p_stream_id text, p_limit integer
) returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_last jsonb;
begin
  with page as materialized (
    select tenant, stream_id, kind, every from timers
    where (tenant, stream_id) > (p_tenant, p_stream_id) and kind = p_kind
    order by tenant, stream_id, kind limit p_limit
  ), redated as (
    update timers t
    set due_at = t.due_at + (p_every - t.every) * interval '1 millisecond',
      try_at = t.due_at + (p_every - t.every) * interval '1 millisecond', every = p_every
    from (select * from page where every <> p_every order by tenant, stream_id) other
    where t.tenant = other.tenant and t.stream_id = other.stream_id and t.kind = other.kind and t.every <> p_every
  )
  select jsonb_build_array(tenant, stream_id) into v_last from page order by tenant desc, stream_id desc limit 1;
  return v_last;
end
$$;

revoke all on function sluice.timers_redate(text, bigint, text, text, integer) from public;
grant execute on function sluice.timers_redate(text, bigint, text, text, integer) to sluice_coordinator;
