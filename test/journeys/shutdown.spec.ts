import postgres from "postgres"
import { expect, it, onTestFinished } from "vitest"
import type { Person } from "../support/journey.person.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()

interface Acknowledged {
  readonly id: string
  readonly key: string
  readonly text: string
}

/** Opens sessions from several callers until told to stop; an answer that never came is asked for again under its key. */
const load = (pm: Person) => {
  const acknowledged: Array<Acknowledged> = []
  let stopped = false
  const once = async (key: string): Promise<void> => {
    while (true) {
      try {
        const { status, body, text } = await pm.openSession(
          { role: "pm", metadata: { key } },
          { "idempotency-key": key }
        )
        if (status === 200 || status === 201) return void acknowledged.push({ id: body.id, key, text })
        expect(status).toBe(503)
      } catch (error) {
        if (!(error instanceof TypeError)) throw error // fetch: the connection was refused or cut
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const caller = async (name: number): Promise<void> => {
    for (let count = 0; !stopped; count++) await once(`${name}-${count}`)
  }
  const callers = Promise.all(Array.from({ length: 8 }, (_, name) => caller(name)))
  const reached = (count: number) => expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(count)
  const stop = async () => {
    stopped = true
    await callers
    return acknowledged
  }
  return { acknowledged, reached, stop }
}

it.each(["api", "outbox-relay", "projector", "coordinator", "notification", "billing"] as const)(
  "SIGTERM under load: %s ends with 0 and loses nothing",
  { timeout: 60_000 },
  async (name) => {
    const pm = await journey.organisation().person("pm")
    const service = journey.stack.services.get(name)
    const work = load(pm)
    await work.reached(50)
    process.kill(service?.pid as number, "SIGTERM")
    await expect.poll(() => journey.deaths.length, { timeout: 20_000 }).toBe(1)
    expect(journey.deaths.pop()).toContain(`${name} ended without being asked to (exit code 0)`)
    const soFar = work.acknowledged.length
    await service?.start()
    await work.reached(soFar + 50)
    const acknowledged = await work.stop()

    expect(new Set(acknowledged.map(({ id }) => id)).size).toBe(acknowledged.length)
    for (const { id, text } of acknowledged) {
      const { body } = await pm.readSession(id, { minVersion: 1, wait: "10s" })
      expect(body).toEqual(JSON.parse(text))
    }
    const listed: Array<string> = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const { body } = await pm.listSessions({ limit: 200, cursor })
      listed.push(...body.items.map(({ metadata }) => String(metadata.key)))
      cursor = body.nextCursor
    }
    expect(listed.sort()).toEqual(acknowledged.map(({ key }) => key).sort())
  }
)

it("SIGTERM takes no new connection, and answers the command and the read that are under way", async () => {
  const pm = await journey.organisation().person("pm")
  const { id } = (await pm.openSession({ role: "pm" })).body
  await pm.readSession(id, { minVersion: 1, wait: "10s" })
  const api = journey.stack.services.get("api")
  const sql = postgres(journey.database.adminUrl, { max: 2 })
  onTestFinished(() => sql.end({ timeout: 0 }))
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
  const holding = sql.begin(async (transaction) => {
    await transaction`select from sluice.streams where stream_id = ${`session-${id}`} for update`
    lock()
    await released
  })
  onTestFinished(() => release())
  await locked
  const command = pm.updateSession(id, { status: "active" })
  const read = pm.readSession(id, { minVersion: 2, wait: "10s" })
  await expect
    .poll(() => sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
    .not.toHaveLength(0)
  process.kill(api?.pid as number, "SIGTERM")
  await expect
    .poll(() =>
      fetch(new URL("/healthz", journey.api)).then(
        () => "open",
        () => "closed"
      )
    )
    .toBe("closed")
  release()
  await holding
  expect(await command).toMatchObject({ status: 200, version: 2 })
  expect(await read).toMatchObject({ status: 200, version: 2 })
  await expect.poll(() => journey.deaths.length, { timeout: 20_000 }).toBe(1)
  expect(journey.deaths.pop()).toContain("(exit code 0)")
})
