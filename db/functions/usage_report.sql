-- Usage by group and meter, from sums by day: {"rows": [{"group", "meter", "quantity", "unpriced", "amount"}], "total": amount of all groups,
-- "truncated"}, groups in order. Sums are text; group is null where there is none.
--   p_group: day, model, role (of billing_days), session, run, phase (of billing_work)    p_from: inclusive    p_to: exclusive
--   p_most: so many groups at most
create or replace function sluice.usage_report(p_tenant text, p_group text, p_from date, p_to date, p_meter text, p_most integer)
returns jsonb
language plpgsql volatile
set search_path = sluice, pg_temp
-- Only a plan made for the group at hand leaves the other table out.
set plan_cache_mode = force_custom_plan
-- Sessions may be many; on disk, sorting them takes twice as long.
set work_mem = '64MB'
as $$
begin
  perform set_config('sluice.tenant', p_tenant, true);
  return (
    with used as (
      select case when p_group = 'day' then d.day end as day,
        case p_group when 'model' then d.model when 'role' then d.role end as name, d.meter,
        sum(d.quantity) as quantity, sum(d.unpriced) as unpriced, sum(d.amount) as amount
      from billing_days d
      where p_group in ('day', 'model', 'role') and d.tenant = p_tenant
        and (p_from is null or d.day >= p_from) and (p_to is null or d.day < p_to) and (p_meter is null or d.meter = p_meter)
      group by 1, 2, 3
      union all
      select null::date, case p_group when 'session' then w.session_id when 'run' then w.run_id else w.phase end, w.meter,
        sum(w.quantity), sum(w.unpriced), sum(w.amount)
      from billing_work w
      where p_group in ('session', 'run', 'phase') and w.tenant = p_tenant
        and (p_from is null or w.day >= p_from) and (p_to is null or w.day < p_to) and (p_meter is null or w.meter = p_meter)
      group by 1, 2, 3
    ), summed as (
      select coalesce(to_char(day, 'YYYY-MM-DD'), name) collate "C" as grouped, meter, quantity, unpriced, amount from used
    ), placed as (
      select s.*, dense_rank() over (order by s.grouped) as place from summed s
    )
    select jsonb_build_object(
      'rows', coalesce(
        jsonb_agg(
          jsonb_build_object(
            'group', nullif(grouped, ''), 'meter', meter, 'quantity', quantity::text, 'unpriced', unpriced::text, 'amount', amount::text
          )
          order by grouped, meter
        ) filter (where place <= p_most), '[]'),
      'total', coalesce(sum(amount), 0)::text,
      'truncated', coalesce(max(place), 0) > p_most
    )
    from placed
  );
end
$$;

revoke all on function sluice.usage_report(text, text, date, date, text, integer) from public;
grant execute on function sluice.usage_report(text, text, date, date, text, integer) to sluice_api;
