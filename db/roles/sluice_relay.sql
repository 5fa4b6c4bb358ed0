-- services/outbox-relay: reads events and outbox of every tenant, keeps the floor, truncates finished outbox partitions through a function.
do $$ begin create role sluice_relay login; exception when duplicate_object then null; end $$;
alter role sluice_relay set statement_timeout = '10s';
alter role sluice_relay set idle_in_transaction_session_timeout = '5s';
alter role sluice_relay set tcp_user_timeout = '5s';
alter role sluice_relay set jit = off;
