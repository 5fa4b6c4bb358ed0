-- Where an event is published: evt.<tenant>.<category>.<event>.<p>, p = first byte of md5(stream id) mod 64.
-- The same rule as eventSubject in contracts/src/event/event.subjects.ts; a test holds them together.
create or replace function sluice.event_subject(p_tenant text, p_type text, p_stream_id text) returns text
language sql immutable parallel safe
as $$ select 'evt.' || p_tenant || '.' || p_type || '.' || (('x' || left(md5(p_stream_id), 2))::bit(8)::integer % 64)::text $$;
