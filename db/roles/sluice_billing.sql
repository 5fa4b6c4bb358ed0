-- services/billing: reads events, keeps usage, ledger, statements and budgets and its checkpoint, appends through functions only (a budget that is
-- reached, a month that is over). The time-outs bound an appending transaction (design: no more than 5 s), also behind PgBouncer.
do $$ begin create role sluice_billing login; exception when duplicate_object then null; end $$;
alter role sluice_billing set statement_timeout = '5s';
alter role sluice_billing set idle_in_transaction_session_timeout = '5s';
alter role sluice_billing set tcp_user_timeout = '5s';
alter role sluice_billing set jit = off;
