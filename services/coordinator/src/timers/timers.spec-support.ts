import { randomUUID } from "node:crypto"
import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import type { TimerKind } from "@sluice/contracts/timer/timer.kinds"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { declaredConsumer, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { makeConsumer } from "@sluice/projection"
import { type NewEvent, stage, until } from "@sluice/projection/consumer.spec-support"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { afterAll } from "vitest"
import { coordinator } from "../registry.ts"
import { type Fired, fireDue } from "./timers.fire.ts"
import { makeTimers, TIMERS_LEASE, type TimersSettings } from "./timers.loop.ts"

export const RETENTION = 7 * 86_400_000

export interface Timer {
  readonly tenant: string
  readonly streamId: string
  readonly kind: TimerKind
  readonly dueAt: Date
  readonly version: number
  readonly attempts: number
  readonly error: string | null
}

/** A stage with the coordinator's parts on it. */
export const timersStage = async () => {
  const world = await stage()
  const { admin, database, server } = world
  const layer = postgresStoreLayer.pipe(
    Layer.provideMerge(
      Layer.merge(
        Postgres.layer({ url: Redacted.make(database.urlFor("sluice_coordinator")), applicationName: "spec" }),
        Nats.layer({ url: server.url, name: "spec" })
      )
    )
  )

  const timers = (streamId?: string) => admin<Timer[]>`
    select tenant, stream_id as "streamId", kind, due_at as "dueAt", version, attempts, error from sluice.timers
    where stream_id = ${streamId ?? null} or ${streamId === undefined} order by stream_id, kind`

  /** As if so long had passed for these timers (all of them unless told). */
  const pass = (interval: string, streamId?: string) => admin`
    update sluice.timers set due_at = due_at - ${interval}::interval, try_at = due_at - ${interval}::interval
    where stream_id = ${streamId ?? null} or ${streamId === undefined}`

  const events = (streamId?: string) => admin<
    { position: number; streamId: string; type: string; data: JsonObject; metadata: JsonObject; recordedAt: Date }[]
  >`
    select position::int as position, stream_id as "streamId", type, data, metadata, recorded_at as "recordedAt" from sluice.events
    where stream_id = ${streamId ?? null} or ${streamId === undefined} order by position`
  const types = async (streamId: string) => (await events(streamId)).map(({ type }) => type)

  /** The consumer that keeps the rows. */
  const consume = () => {
    const consumer = makeConsumer(coordinator(RETENTION), {
      durable: declaredConsumer("coordinator"),
      instance: randomUUID(),
      watchEvery: 50,
      lease: { ttl: "1 second", renewEvery: "100 millis" }
    })
    const fiber = Effect.runFork(consumer.run.pipe(Effect.provide(layer)))
    const stop = () => Effect.runPromise(Fiber.interrupt(fiber))
    afterAll(stop)
    return { stop }
  }
  /** Everything published and its timers kept. */
  const settled = async () => {
    await world.relay()
    await world.caughtUp("coordinator")
  }

  /** One transaction of firing, under a lease of our own. */
  const fire = async (limit = 64): Promise<ReadonlyArray<Fired>> => {
    await admin`update sluice.leases set expires_at = clock_timestamp() where name = ${TIMERS_LEASE}`
    const [row] = await admin<{ epoch: number }[]>`
      select sluice.acquire_lease(${TIMERS_LEASE}, 'spec', 60)::int as epoch`
    const firing = { lease: TIMERS_LEASE, epoch: row?.epoch ?? 0, retentionMillis: RETENTION }
    const fired = await Effect.runPromise(fireDue(firing, limit).pipe(Effect.provide(layer)))
    await admin`select sluice.release_lease(${TIMERS_LEASE}, ${firing.epoch})`
    return fired
  }

  /** An instance of the loop. */
  const start = (settings: Partial<TimersSettings> = {}) => {
    const fired: Array<Fired> = []
    const running = makeTimers({
      instance: randomUUID(),
      retentionMillis: RETENTION,
      onFired: (some) => fired.push(...some),
      lease: { ttl: "1 second", renewEvery: "100 millis" },
      ...settings
    })
    const fiber = Effect.runFork(running.run.pipe(Effect.provide(layer)))
    const stop = () => Effect.runPromise(Fiber.interrupt(fiber))
    afterAll(stop)
    return { fired, status: running.status, stop }
  }

  /** Once nothing is due any more. */
  const nothingDue = () =>
    until(async () => {
      const [row] = await admin<{ due: number }[]>`
        select count(*)::int as due from sluice.timers where due_at <= clock_timestamp() and attempts = 0`
      return row?.due === 0
    })
  return { ...world, consume, events, fire, layer, nothingDue, pass, settled, start, timers, types }
}

export const newId = (category: string): string => `${category}-${randomUUID()}`
export const opened: NewEvent = { type: "session.opened", data: { role: "pm", taskId: null, metadata: {} } }
export const became = (status: string): NewEvent => ({ type: `session.${status}`, data: { reason: null } })
export const requested = (rest: JsonObject = {}): NewEvent => ({
  type: "approval.requested",
  data: {
    subject: { type: "custom", id: "thing" },
    required: [{ roles: ["pm"], count: 1 }],
    preventSelfReview: true,
    reason: null,
    links: [],
    contentHash: null,
    expiresAt: null,
    escalation: null,
    remindEvery: null,
    requestedBy: { kind: "user", id: "somebody", roles: ["pm"] },
    ...rest
  }
})
/** RFC 3339, so many seconds from now. */
export const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString()
