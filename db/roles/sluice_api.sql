-- services/api: appends through functions only, reads one tenant at a time (row-level security).
-- The time-outs bound an appending transaction (design: no more than 5 s), also behind PgBouncer.
do $$ begin create role sluice_api login; exception when duplicate_object then null; end $$;
alter role sluice_api set statement_timeout = '5s';
alter role sluice_api set idle_in_transaction_session_timeout = '5s';
alter role sluice_api set tcp_user_timeout = '5s';
alter role sluice_api set jit = off;
