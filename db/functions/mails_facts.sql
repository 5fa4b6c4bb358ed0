-- What operators want to know of mails: {"oldestMs": for how long the oldest one has been due that is not sent, or 0, "dead": how many}.
create or replace function sluice.mails_facts() returns jsonb
language sql volatile
set search_path = sluice, pg_temp
as $$
  select jsonb_build_object(
    'oldestMs', greatest(0, coalesce(floor(extract(epoch from clock_timestamp()
      - (select due_at from mails where status = 'pending' order by due_at limit 1)) * 1000), 0)),
    'dead', (select count(*) from mails where status = 'dead'))
$$;

revoke all on function sluice.mails_facts() from public;
grant execute on function sluice.mails_facts() to sluice_notification;
