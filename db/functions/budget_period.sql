-- The period of a budget (p_period: none, day, month) in which a day (2026-10-31) is: '', 2026-10-31 or 2026-10.
create or replace function sluice.budget_period(p_period text, p_day text) returns text
language sql immutable
as $$
  select case p_period when 'day' then p_day when 'month' then left(p_day, 7) else '' end
$$;
