-- The tables of a command as plain PostgreSQL would have them: the same columns, keys and partitions as Sluice's own
-- (db/migrations), in a schema of their own, written by one transaction per command.
create schema peer;
create sequence peer.events_position_seq as bigint cache 1;
create table peer.streams (like sluice.streams including all);
create table peer.events (like sluice.events including all);
create table peer.idempotency (like sluice.idempotency including all);
create table peer.outbox (like sluice.outbox) partition by list (slot);
create index on peer.outbox (position);
create table peer.outbox_0 partition of peer.outbox for values in (0);
create table peer.outbox_1 partition of peer.outbox for values in (1);
create table peer.outbox_2 partition of peer.outbox for values in (2);
create table peer.outbox_3 partition of peer.outbox for values in (3);
create table peer.outbox_4 partition of peer.outbox for values in (4);
create table peer.outbox_5 partition of peer.outbox for values in (5);
create table peer.outbox_6 partition of peer.outbox for values in (6);
create table peer.outbox_7 partition of peer.outbox for values in (7);
