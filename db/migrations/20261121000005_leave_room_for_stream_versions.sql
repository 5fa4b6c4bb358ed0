-- migrate:up
-- A consumer's batch often takes every row of a page on: with room for that on the page, the index stays as it is.
alter table sluice.consumer_streams set (fillfactor = 50);

-- migrate:down
alter table sluice.consumer_streams set (fillfactor = 85);
