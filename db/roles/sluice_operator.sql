-- The operator's terminal (verify, outbox, consumers, parked): reads everything, resolves parked streams.
do $$ begin create role sluice_operator login; exception when duplicate_object then null; end $$;
