-- services/coordinator: reads events, keeps the timers and its checkpoint, appends the commands of timers through functions only.
-- The time-outs bound an appending transaction (design: no more than 5 s), also behind PgBouncer.
do $$ begin create role sluice_coordinator login; exception when duplicate_object then null; end $$;
alter role sluice_coordinator set statement_timeout = '5s';
alter role sluice_coordinator set idle_in_transaction_session_timeout = '5s';
alter role sluice_coordinator set tcp_user_timeout = '5s';
alter role sluice_coordinator set jit = off;
