-- Puts notifications into e-mails, each of them into one at most; what is in one already stays there.
--   p_wanted: [[tenant, notification id, mail id, kind, owner kind, owner id, preference id, due (RFC 3339)], …]
-- A mail that has been taken up to be sent is closed. Answers the ids of those notifications whose mail is: they want another one.
-- Mails are locked in one order until the transaction ends; who sends them passes over locked ones meanwhile.
create or replace function sluice.mails_queue(p_wanted jsonb) returns uuid[]
language plpgsql volatile
set search_path = sluice, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_closed uuid[];
begin
  with wanted as materialized (
    select value ->> 0 as tenant, (value ->> 1)::uuid as notification_id, (value ->> 2)::uuid as mail_id, value ->> 3 as kind,
      value ->> 4 as owner_kind, value ->> 5 as owner_id, value ->> 6 as preference_id, (value ->> 7)::timestamptz as due_at
    from jsonb_array_elements(p_wanted)
    where not exists (
      select from mail_items i where i.tenant = value ->> 0 and i.notification_id = (value ->> 1)::uuid
    )
  ), queued as (
    insert into mails as known (tenant, id, kind, owner_kind, owner_id, preference_id, due_at, next_at)
    select distinct on (tenant, mail_id) tenant, mail_id, kind, owner_kind, owner_id, preference_id, due_at, due_at
    from wanted order by tenant, mail_id
    on conflict (tenant, id) do update set due_at = known.due_at -- to lock it
    returning known.tenant, known.id, known.status = 'pending' and known.attempts = 0 as is_open
  ), added as (
    insert into mail_items (tenant, notification_id, mail_id)
    select w.tenant, w.notification_id, w.mail_id from wanted w join queued q on q.tenant = w.tenant and q.id = w.mail_id
    where q.is_open
    on conflict do nothing
  )
  select array_agg(w.notification_id) into v_closed
  from wanted w join queued q on q.tenant = w.tenant and q.id = w.mail_id where not q.is_open;
  return coalesce(v_closed, '{}');
end
$$;

revoke all on function sluice.mails_queue(jsonb) from public;
grant execute on function sluice.mails_queue(jsonb) to sluice_notification;
