-- Adds charges to what is spent of the budgets in whose scope they are, by the period that each budget has.
--   p_charges: [[tenant, scope type, scope id, day, amount], …], amounts as text
-- Answers what is spent now of every budget and period that changed; since: the period in which it was set; told: what it told of so far.
create or replace function sluice.budgets_spend(p_charges jsonb)
returns table (tenant text, id text, period text, spent numeric, "limit" numeric, since text, view jsonb, told jsonb)
language sql volatile
set search_path = sluice, pg_temp
as $$
  with charge as (
    select budget.tenant, budget.id, budget_period(budget.view ->> 'period', given.value ->> 3) as period,
      sum((given.value ->> 4)::numeric) as amount
    from jsonb_array_elements(p_charges) given,
      lateral (
        select b.tenant, b.id, b.view from budgets b
        where b.tenant = given.value ->> 0 and b.scope_type = given.value ->> 1 and b.scope_id = given.value ->> 2
        offset 0
      ) budget
    group by 1, 2, 3
  ), added as (
    insert into budget_spend as sum (tenant, budget_id, period, spent)
    select charge.tenant, charge.id, charge.period, charge.amount from charge order by 1, 2, 3
    on conflict on constraint budget_spend_pkey do update set spent = sum.spent + excluded.spent
    returning sum.tenant, sum.budget_id, sum.period, sum.spent
  )
  select added.tenant, added.budget_id, added.period, added.spent, (budget.view ->> 'limit')::numeric,
    budget_period(budget.view ->> 'period', left(budget.view ->> 'createdAt', 10)), budget.view, budget.fold -> 'reached'
  from added,
    lateral (select b.view, b.fold from budgets b where b.tenant = added.tenant and b.id = added.budget_id limit 1) budget
$$;

revoke all on function sluice.budgets_spend(jsonb) from public;
grant execute on function sluice.budgets_spend(jsonb) to sluice_billing;
