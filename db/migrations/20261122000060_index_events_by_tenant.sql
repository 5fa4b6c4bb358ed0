-- migrate:up
-- The history of one tenant in the order of positions, for the feed. The type is in the index so that a filter need not fetch
-- the events that it leaves out.
create index events_tenant_position on sluice.events (tenant, position) include (type);

-- migrate:down
drop index sluice.events_tenant_position;
