-- services/projector: reads events (to fill gaps), owns the rows of its read models and of its checkpoint.
do $$ begin create role sluice_projector login; exception when duplicate_object then null; end $$;
alter role sluice_projector set statement_timeout = '10s';
alter role sluice_projector set idle_in_transaction_session_timeout = '5s';
alter role sluice_projector set tcp_user_timeout = '5s';
alter role sluice_projector set jit = off;
