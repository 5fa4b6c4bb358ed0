-- services/notification: reads events, keeps inbox, deliveries and mails and its checkpoint, opens sealed secrets, appends through functions only
-- (a subscription that it disables). The time-outs bound an appending transaction (design: no more than 5 s), also behind PgBouncer.
do $$ begin create role sluice_notification login; exception when duplicate_object then null; end $$;
alter role sluice_notification set statement_timeout = '5s';
alter role sluice_notification set idle_in_transaction_session_timeout = '5s';
alter role sluice_notification set tcp_user_timeout = '5s';
alter role sluice_notification set jit = off;
