-- migrate:up
create table sluice.timers (
  tenant text collate "C" not null,
  stream_id text collate "C" not null,
  kind text collate "C" not null,
  due_at timestamptz not null,
  -- Later than due_at only after a failure.
  try_at timestamptz not null,
  every bigint,
  run_id text collate "C",
  version integer not null,
  attempts integer not null default 0,
  error text,
  constraint timers_one_of_a_kind_per_stream primary key (tenant, stream_id, kind),
  constraint timers_never_tried_early check (try_at >= due_at)
) with (fillfactor = 80);
create index timers_next on sluice.timers (try_at);
create index timers_failed on sluice.timers (due_at) where attempts > 0;
comment on table sluice.timers is
  'What is due when, as the events of the stream say up to version. every: milliseconds from what a repeating timer counts from until it is due; run_id: the run that asked for the approval. attempts and error since a timer last failed.';

-- How long the oldest checkpoint and sign-off have waited, over all tenants.
create index approvals_waiting_for_runs on sluice.approvals (subject_type, created_at)
  where status = 'pending' and subject_type in ('checkpoint', 'signoff');

grant usage on schema sluice to sluice_coordinator;
grant select on sluice.events_position_seq, sluice.events, sluice.streams, sluice.leases, sluice.relay_state,
  sluice.relay_incarnations to sluice_coordinator;
create policy coordinator on sluice.events for select to sluice_coordinator using (true);
create policy coordinator on sluice.streams for select to sluice_coordinator using (true);
grant select, insert, update, delete on sluice.consumers, sluice.consumer_streams, sluice.consumer_attempts,
  sluice.consumer_parked, sluice.timers to sluice_coordinator;
grant select, insert on sluice.consumer_skipped, sluice.consumer_dead to sluice_coordinator;
grant select on sluice.timers to sluice_operator;

-- migrate:down
drop policy coordinator on sluice.events;
drop policy coordinator on sluice.streams;
drop index sluice.approvals_waiting_for_runs;
drop table sluice.timers cascade;
revoke select on sluice.events_position_seq, sluice.events, sluice.streams, sluice.leases, sluice.relay_state,
  sluice.relay_incarnations from sluice_coordinator;
revoke all on sluice.consumers, sluice.consumer_streams, sluice.consumer_attempts, sluice.consumer_parked,
  sluice.consumer_skipped, sluice.consumer_dead from sluice_coordinator;
revoke usage on schema sluice from sluice_coordinator;
