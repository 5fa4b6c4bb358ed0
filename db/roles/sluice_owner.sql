-- Owns every table and function; nobody logs in as it. Functions that write run with its rights (security definer).
do $$ begin create role sluice_owner nologin; exception when duplicate_object then null; end $$;
