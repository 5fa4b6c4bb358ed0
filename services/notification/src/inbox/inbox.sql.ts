import type { Memory } from "@sluice/notification/inbox.memory"
import { type InboxPlan, type Marked, memoryKey, type Planned, type Settled } from "@sluice/notification/inbox.plan"
import { Postgres, type Sql } from "@sluice/postgres"
import { Effect } from "effect"

type Argument = Parameters<Sql["json"]>[0]
const argument = (sql: Sql, rows: ReadonlyArray<unknown>) => sql.json(rows as Argument)

/** As `memoryKey` puts them together. */
const parts = (key: string): ReadonlyArray<string> => key.split(" ")

/** What is kept of these streams, where something is. */
export const loadMemory = (keys: ReadonlySet<string>) =>
  keys.size === 0
    ? Effect.succeed(new Map<string, Memory>())
    : Postgres.use((pg) =>
        pg.query<{ tenant: string; streamId: string; memory: Memory }>(
          (sql) => sql<{ tenant: string; streamId: string; memory: Memory }[]>`
            select found.* from jsonb_array_elements(${argument(sql, [...keys].map(parts))}) key,
              lateral (
                select tenant, stream_id as "streamId", memory from sluice.notification_memory
                where tenant = key.value ->> 0 and stream_id = key.value ->> 1 limit 1
              ) found`
        )
      ).pipe(Effect.map((rows) => new Map(rows.map((row) => [memoryKey(row.tenant, row.streamId), row.memory]))))

/** Writes a plan, kind by kind. Answers those notifications that were not there before. */
export const savePlan = ({ memory, notifications, settled, marks }: InboxPlan) =>
  Effect.gen(function* () {
    const changed = [...memory].filter(([, kept]) => kept !== null)
    const dropped = [...memory].filter(([, kept]) => kept === null)
    const fresh = notifications.length === 0 ? [] : yield* insert(notifications)
    if (settled.length > 0) yield* settle(settled)
    if (marks.length > 0) yield* saveMarks(marks)
    if (changed.length > 0) yield* saveMemory(changed)
    if (dropped.length > 0) yield* dropMemory(dropped.map(([key]) => key))
    return fresh
  })

const insert = (notifications: ReadonlyArray<Planned>) =>
  Postgres.use((pg) =>
    pg.query<{ tenant: string; id: string }>(
      (sql) => sql<{ tenant: string; id: string }[]>`
        insert into sluice.notifications (tenant, id, rule, audience_kind, audience_id, title, body, subject, path, event_id,
          event_type, position, settle_key, created_at)
        select tenant, id, rule, audience ->> 'kind', audience ->> 'id', title, body, subject, path, "eventId", "eventType",
          position, "settleKey", "createdAt"
        from jsonb_to_recordset(${argument(sql, notifications)}) given (tenant text, id uuid, rule text, audience jsonb,
          title text, body text, subject text, path text, "eventId" uuid, "eventType" text, position bigint, "settleKey" text,
          "createdAt" timestamptz)
        on conflict do nothing returning tenant, id`
    )
  ).pipe(
    Effect.map((rows) => {
      const inserted = new Set(rows.map(({ tenant, id }) => `${tenant} ${id}`))
      return notifications.filter(({ tenant, id }) => inserted.has(`${tenant} ${id}`))
    })
  )

/**
 * Settles what is open under the keys, and under those that they begin (`<key>/…`), each at the first time that settled it. It is
 * looked up key by key, since a join could read the table whole for want of statistics; nobody else moves rows meanwhile.
 */
const settle = (settled: ReadonlyArray<Settled>) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        update sluice.notifications notification set settled_at = first.at
        from (
          select distinct on (found.place) found.place, given.at
          from jsonb_to_recordset(${argument(sql, settled)}) given (tenant text, key text, role text, position bigint,
              at timestamptz),
            lateral (
              select ctid as place from sluice.notifications
              where tenant = given.tenant and needs_action and settle_key >= given.key and settle_key < given.key || '0'
                and (settle_key = given.key or starts_with(settle_key, given.key || '/')) and position < given.position
                and (given.role is null or (audience_kind = 'role' and audience_id = given.role))
              offset 0
            ) found
          order by found.place, given.position
        ) first
        where notification.ctid = first.place`
    )
  )

const saveMarks = (marks: ReadonlyArray<Marked>) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        insert into sluice.notification_marks as mark (tenant, actor, notification_id, read_at, archived_at)
        select tenant, actor, "notificationId", "readAt", "archivedAt"
        from jsonb_to_recordset(${argument(sql, marks)}) given (tenant text, actor text, "notificationId" uuid,
          "readAt" timestamptz, "archivedAt" timestamptz)
        on conflict on constraint notification_marks_pkey do update
          set read_at = least(mark.read_at, excluded.read_at), archived_at = least(mark.archived_at, excluded.archived_at)`
    )
  )

const saveMemory = (changed: ReadonlyArray<readonly [string, Memory | null]>) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        insert into sluice.notification_memory (tenant, stream_id, memory)
        select value ->> 0, value ->> 1, value -> 2
        from jsonb_array_elements(${argument(
          sql,
          changed.map(([key, kept]) => [...parts(key), kept])
        )})
        on conflict on constraint notification_memory_pkey do update set memory = excluded.memory`
    )
  )

const dropMemory = (keys: ReadonlyArray<string>) =>
  Postgres.use((pg) =>
    pg.query(
      (sql) => sql`
        delete from sluice.notification_memory memory
        using jsonb_array_elements(${argument(sql, keys.map(parts))}) key,
          lateral (
            select ctid from sluice.notification_memory
            where tenant = key.value ->> 0 and stream_id = key.value ->> 1 limit 1
          ) place
        where memory.ctid = place.ctid`
    )
  )
