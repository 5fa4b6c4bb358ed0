import { randomUUID } from "node:crypto"
import type { PriceLine, Tier } from "@sluice/contracts/billing/billing.events"
import { accountId } from "@sluice/contracts/billing/billing.ids"
import type { JsonObject, RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { EventStore } from "@sluice/event-store/store.port"
import { makePool, Postgres } from "@sluice/postgres"
import { onBillingSnapshot, type Proof, proveTenant } from "@sluice/proof/billing.proof"
import { testDatabase } from "@sluice/testing"
import { Effect, Layer, ManagedRuntime, Redacted } from "effect"
import { afterAll } from "vitest"
import { billing } from "../registry.ts"

/** What specs of the proof share: a database whose log is written with times of one's own. */

export interface Past {
  readonly stream: string
  readonly type: string
  readonly data: JsonObject
  /** When it was recorded. */
  readonly at: string
  readonly tenant?: string
}

const metadata = {
  actor: { kind: "user", id: "ada", roles: ["pm"] },
  correlationId: "0197d3b0-0000-7000-8000-000000000000",
  causationId: "0197d3b0-0000-7000-8000-000000000001"
} as const

/** A row of `sluice.billing_expected`. */
export interface Expected {
  readonly kind: string
  readonly sourceId: string
  readonly eventId: string
  readonly sessionId: string
  readonly meter: string
  readonly part: number
  readonly at: string
  readonly until: string | null
  readonly activeMillis: number | null
  readonly quantity: number | null
  readonly before: number | null
  readonly model: string
  readonly role: string
  readonly runId: string
  readonly phase: string
  readonly taskId: string
  readonly month: string
  readonly late: boolean
  readonly amount: string
  readonly unpriced: number
}

export const archive = async () => {
  const database = await testDatabase()
  const admin = makePool({ url: Redacted.make(database.adminUrl), applicationName: "spec", max: 2 })
  afterAll(() => admin.end({ timeout: 1 }))
  const versions = new Map<string, number>()

  /** Writes history, in this order. Answers the events' ids. */
  const record = async (...events: ReadonlyArray<Past>): Promise<ReadonlyArray<string>> => {
    const rows = events.map(({ tenant = "acme", stream, type, data, at }) => {
      const version = (versions.get(`${tenant} ${stream}`) ?? 0) + 1
      versions.set(`${tenant} ${stream}`, version)
      return { id: randomUUID(), tenant, stream, version, type, data, at }
    })
    await admin`
      insert into sluice.events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
      select nextval('sluice.events_position_seq'), value ->> 'tenant', value ->> 'stream', (value ->> 'version')::int,
        (value ->> 'id')::uuid, value ->> 'type', 1, value -> 'data', ${admin.json(metadata)}, (value ->> 'at')::timestamptz
      from jsonb_array_elements(${admin.json(rows)}) with ordinality order by ordinality`
    await admin`
      insert into sluice.streams (tenant, stream_id, version)
      select value ->> 'tenant', value ->> 'stream', max((value ->> 'version')::int) from jsonb_array_elements(${admin.json(rows)})
      group by 1, 2
      on conflict (tenant, stream_id) do update set version = excluded.version`
    return rows.map(({ id }) => id)
  }

  const head = async (): Promise<number> => {
    const [row] = await admin<{ position: number }[]>`
      select coalesce(max(position), 0) as position from sluice.events`
    return row?.position ?? 0
  }

  const expected = async (tenant = "acme", upTo?: number): Promise<ReadonlyArray<Expected>> => {
    const format = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
    return admin<Expected[]>`
      select kind, source_id as "sourceId", event_id as "eventId", session_id as "sessionId", meter, part, to_char(at at time zone 'UTC', ${format}) as at,
        to_char(until at time zone 'UTC', ${format}) as until, active_ms as "activeMillis", quantity, before::bigint as before, model, role,
        run_id as "runId", phase, task_id as "taskId", month, late, amount::text, unpriced
      from sluice.billing_expected(${tenant}, ${upTo ?? (await head())}) order by position, session_id, meter, part`
  }

  const running = ManagedRuntime.make(
    postgresStoreLayer.pipe(
      Layer.provideMerge(
        Postgres.layer({ url: Redacted.make(database.urlFor("sluice_billing")), applicationName: "spec" })
      )
    )
  )
  afterAll(() => running.dispose())

  /** Bills what is in the log, and what that leads to, as the consumer does: batch by batch, each with its checkpoint. */
  const bill = (sizeOf: () => number = () => 1000): Promise<void> =>
    running.runPromise(
      Effect.gen(function* () {
        const pg = yield* Postgres
        const { decode, reactions } = billing(yield* EventStore)
        while (true) {
          const events = yield* pg.query<RecordedEvent>(
            (sql) => sql<RecordedEvent[]>`
              select position, tenant, stream_id as "streamId", version, event_id as "eventId", type, schema_version as "schemaVersion",
                data, metadata, to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt"
              from sluice.events where position > coalesce((select position from sluice.consumers where consumer = 'billing'), 0)
              order by position limit ${sizeOf()}`
          )
          const last = events.at(-1)
          if (last === undefined) return
          const save = pg.query(
            (sql) => sql`
              insert into sluice.consumers (consumer, position) values ('billing', ${last.position})
              on conflict (consumer) do update set position = excluded.position`
          )
          const apply = Effect.forEach(reactions, (reaction) =>
            reaction.apply(events.map((event) => decode?.(event) ?? event))
          )
          yield* pg.transaction(Effect.andThen(apply, save))
        }
      })
    )

  const prove = (tenant = "acme"): Promise<Proof> => running.runPromise(onBillingSnapshot(proveTenant(tenant)))

  return { database, admin, record, head, expected, bill, prove, running }
}

/** What happens to a session, at times; `on`: what it works on. */
export const session = (id: string = randomUUID(), on: { readonly role?: string; readonly tenant?: string } = {}) => {
  const { role = "pm", tenant = "acme" } = on
  const event = (type: string, at: string, data: JsonObject): Past => ({
    tenant,
    stream: `session-${id}`,
    type: `session.${type}`,
    data,
    at
  })
  return {
    id,
    opened: (at: string, taskId: string | null = null) => event("opened", at, { role, taskId, metadata: {} }),
    works: (at: string, taskId: string | null) => event("updated", at, { taskId }),
    noted: (at: string) => event("updated", at, { metadata: { a: 1 } }),
    activated: (at: string) => event("activated", at, { reason: null }),
    paused: (at: string) => event("paused", at, { reason: null }),
    resumed: (at: string) => event("resumed", at, { reason: null }),
    completed: (at: string) => event("completed", at, { reason: null }),
    failed: (at: string) => event("failed", at, { reason: null }),
    expired: (at: string) => event("expired", at, {}),
    used: (at: string, quantity: number, meter = "tokens.input", model: string | null = "m", recorded = at) =>
      event("usage-recorded", recorded, { usageId: randomUUID(), meter, quantity, model, at })
  }
}

/** `per`: one price for all units. */
export const price = (
  meter: string,
  tiers: ReadonlyArray<readonly [upTo: number | null, price: number]> | number,
  model = "*"
): PriceLine => ({
  meter,
  model,
  tiers: (typeof tiers === "number" ? [[null, tiers] as const] : tiers).map(
    ([upTo, each]): Tier => ({ upTo: upTo === null ? null : String(upTo), price: String(each) })
  )
})

/** What happens to a tenant's account. */
export const account = (tenant = "acme") => {
  let version = 0
  const event = (type: string, at: string, data: JsonObject): Past => ({
    tenant,
    stream: `billing-${accountId(tenant)}`,
    type: `billing.${type}`,
    data,
    at
  })
  return {
    published: (at: string, effectiveFrom: string, ...prices: ReadonlyArray<PriceLine>) => {
      version += 1
      return event("prices-published", at, { version, effectiveFrom, prices })
    },
    credited: (at: string, amount: string) => event("credited", at, { id: randomUUID(), amount, reason: "thanks" }),
    adjusted: (at: string, amount: string) =>
      event("adjusted", at, { id: randomUUID(), amount, reason: "sorry", corrects: null }),
    closed: (at: string, month: string) => event("month-closed", at, { month })
  }
}

export const decided = (at: string, tenant = "acme"): Past => ({
  tenant,
  stream: `approval-${randomUUID()}`,
  type: "approval.decision-recorded",
  data: { verdict: "approve", comment: null, contentHash: null },
  at
})
