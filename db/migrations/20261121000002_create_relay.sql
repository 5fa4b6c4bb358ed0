-- migrate:up
create table sluice.leases (
  name text collate "C" not null,
  owner text,
  epoch bigint not null,
  expires_at timestamptz not null,
  constraint leases_pkey primary key (name),
  -- The epoch is part of a key, so that changing it waits for transactions that assert it, and renewing does not.
  constraint leases_epoch unique (name, epoch)
) with (fillfactor = 50);
comment on table sluice.leases is 'Who is the one active instance of a role. The epoch changes with every change of owner and fences its writes.';

create table sluice.relay_state (
  only_row boolean not null default true constraint relay_state_is_one_row primary key check (only_row),
  epoch bigint not null,
  incarnation integer not null,
  stream_created text,
  floor bigint not null,
  floor_event_id uuid,
  sequence bigint not null,
  message_id text,
  repair_until bigint not null
) with (fillfactor = 20);
comment on table sluice.relay_state is
  'Where the relay is: every event up to floor is acknowledged by the stream made at stream_created; message_id was the stream''s last message then, at sequence. Events up to repair_until are read from events, not from the outbox.';
insert into sluice.relay_state (epoch, incarnation, floor, sequence, repair_until) values (0, 0, 0, 0, 0);

create table sluice.relay_history (
  id bigint generated always as identity constraint relay_history_pkey primary key,
  incarnation integer not null,
  floor bigint not null,
  floor_event_id uuid,
  sequence bigint not null,
  message_id text,
  recorded_at timestamptz not null default clock_timestamp()
);
comment on table sluice.relay_history is 'Earlier relay states; repair takes the newest one that the broker still holds.';

create table sluice.relay_incarnations (
  incarnation integer not null constraint relay_incarnations_pkey primary key,
  stream_created text not null,
  start_sequence bigint not null,
  started_at timestamptz not null default clock_timestamp()
);
comment on table sluice.relay_incarnations is
  'Each time the broker lost something the relay publishes again, from start_sequence on; consumers read again from there.';

grant select on sluice.leases, sluice.relay_state, sluice.relay_incarnations to sluice_relay, sluice_projector, sluice_operator;
grant select on sluice.relay_history to sluice_relay, sluice_operator;

-- migrate:down
drop table sluice.relay_incarnations, sluice.relay_history, sluice.relay_state, sluice.leases cascade;
