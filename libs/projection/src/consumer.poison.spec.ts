import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { DbError, Postgres } from "@sluice/postgres"
import { Effect, Redacted } from "effect"
import { afterAll, expect, it } from "vitest"
import { note, notebook, stage, until } from "./consumer.spec-support.ts"
import { listParked, type ParkedStream, retryParked, skipParked } from "./parked.ts"

const world = await stage()
const operator = Postgres.layer({
  url: Redacted.make(world.database.urlFor("sluice_operator")),
  applicationName: "operator"
})
const asOperator = <A, E>(effect: Effect.Effect<A, E, Postgres>) => Effect.runPromise(Effect.provide(effect, operator))
const parkedOf = async (consumer: string): Promise<ReadonlyArray<ParkedStream>> =>
  (await asOperator(listParked)).filter((row) => row.consumer === consumer)
const attempts = async (consumer: string) =>
  await world.admin`select version, attempts from sluice.consumer_attempts where consumer = ${consumer}`

/** Refuses events whose text is "bad" until it is told better; remembers how often each was tried. */
const picky = () => {
  const state = { refuses: true, tries: 0 }
  const before = (events: ReadonlyArray<{ readonly data: unknown }>) => {
    if (!events.some(({ data }) => (data as { text: string }).text === "bad")) return Effect.void
    state.tries += 1
    return state.refuses ? Effect.fail("I will not") : Effect.void
  }
  return { state, before }
}

it("parks the stream of an event that cannot be applied, lets the others flow, and resumes it in order", async () => {
  const { state, before } = picky()
  const { consumer, newStream, notes } = await notebook(world.admin, "poisoned", before)
  const bad = newStream()
  const good = newStream()
  await world.append(bad, 0, [note(), note("bad"), note()])
  await world.append(good, 0, [note(), note()])
  await world.append(bad, 3, [note()])
  await world.relay()
  const running = world.start(consumer)
  await world.caughtUp(consumer.name)
  expect(await notes(good)).toEqual([1, 2])
  expect(await notes(bad)).toEqual([1])
  const [parked] = await parkedOf(consumer.name)
  expect(parked).toMatchObject({ streamId: bad, version: 2, attempts: 3, error: "notes: I will not", waiting: 3 })
  expect(await attempts(consumer.name)).toEqual([])

  await world.append(bad, 4, [note()])
  await world.append(good, 2, [note()])
  await world.relay()
  await world.caughtUp(consumer.name)
  expect(await notes(good)).toEqual([1, 2, 3])
  expect((await parkedOf(consumer.name))[0]?.waiting).toBe(4)

  // Still broken: it comes back parked, with nothing applied.
  expect(await asOperator(retryParked({ consumer: consumer.name, tenant: "acme", streamId: bad }, "sre"))).toBe(true)
  await until(async () => (await parkedOf(consumer.name))[0]?.releasedAt === null)
  expect(await notes(bad)).toEqual([1])

  state.refuses = false
  expect(await asOperator(retryParked({ consumer: consumer.name, tenant: "acme", streamId: bad }, "sre"))).toBe(true)
  await until(async () => (await parkedOf(consumer.name)).length === 0)
  expect(await notes(bad)).toEqual([1, 2, 3, 4, 5])
  await world.append(bad, 5, [note()])
  await world.relay()
  await world.caughtUp(consumer.name)
  expect(await notes(bad)).toEqual([1, 2, 3, 4, 5, 6])
  // From here on the checkpoint alone says how far each stream is.
  expect(await world.admin`select * from sluice.consumer_streams where consumer = ${consumer.name}`).toEqual([])
  await running.stop()
})

it("skips an event only with who and why, keeps that, and goes on behind it", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "skipped", picky().before)
  const bad = newStream()
  await world.append(bad, 0, [note("bad"), note()])
  await world.relay()
  const running = world.start(consumer)
  await world.caughtUp(consumer.name)
  const key = { consumer: consumer.name, tenant: "acme", streamId: bad }
  const silently = await asOperator(Effect.flip(skipParked(key, 1, { by: "sre", reason: " " })))
  expect(silently).toBeInstanceOf(DbError)
  expect(await asOperator(skipParked(key, 2, { by: "sre", reason: "another one" }))).toBe(false)
  expect(await asOperator(skipParked(key, 1, { by: "sre", reason: "never mind" }))).toBe(true)
  await until(async () => (await parkedOf(consumer.name)).length === 0)
  expect(await notes(bad)).toEqual([2])
  const rows =
    await world.admin`select version, skipped_by, reason, error from sluice.consumer_skipped where consumer = 'skipped'`
  expect([...rows]).toEqual([{ version: 1, skipped_by: "sre", reason: "never mind", error: "notes: I will not" }])
  await running.stop()
})

it("parks the stream of an event that it does not understand", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "unknown")
  const bad = newStream()
  const good = newStream()
  await world.append(bad, 0, [note(), note("x", "note.unknown"), note()])
  await world.append(good, 0, [note()])
  await world.relay()
  const running = world.start(consumer)
  await world.caughtUp(consumer.name)
  expect(await notes(good)).toEqual([1])
  expect(await notes(bad)).toEqual([1])
  expect(await parkedOf(consumer.name)).toMatchObject([
    { version: 2, error: "Unknown event type: note.unknown", waiting: 2 }
  ])
  await running.stop()
})

it("does not take a database that is away for a poison", async () => {
  // More than the attempts after which a stream is parked.
  let failures = 4
  const { consumer, newStream, notes } = await notebook(world.admin, "innocent", () =>
    Effect.suspend(() => {
      if (failures-- <= 0) return Effect.void
      return Effect.fail(new DbError({ message: "shutting down", code: "57P01", cause: undefined }))
    })
  )
  const stream = newStream()
  await world.append(stream, 0, [note()])
  await world.relay()
  const running = world.start(consumer)
  await world.caughtUp(consumer.name)
  expect(await notes(stream)).toEqual([1])
  expect(await parkedOf(consumer.name)).toEqual([])
  await running.stop()
})

it("parks the stream of an event that ends the process, after as many processes as attempts", {
  timeout: 120_000
}, async () => {
  const { newStream, notes } = await notebook(world.admin, "crashing")
  const bad = newStream()
  const good = newStream()
  await world.append(good, 0, [note()])
  await world.append(bad, 0, [note("crash"), note()])
  await world.append(good, 1, [note()])
  await world.relay()
  const program = fileURLToPath(new URL("consumer.spec-program.ts", import.meta.url))
  const children: Array<ReturnType<typeof spawn>> = []
  afterAll(() => {
    for (const child of children) child.kill("SIGKILL")
  })
  const start = () => {
    const child = spawn(process.execPath, [program, world.database.urlFor("sluice_projector"), world.server.url], {
      stdio: "inherit"
    })
    children.push(child)
    return new Promise<string | null>((resolve) => child.once("exit", (_code, signal) => resolve(signal)))
  }
  // The first one applies everything at once; then each attempt costs a process, the first of them shared with neighbours.
  for (let life = 0; life < 4; life++) expect(await start()).toBe("SIGKILL")
  const last = start()
  await world.caughtUp("crashing")
  expect(await notes(good)).toEqual([1, 2])
  expect(await notes(bad)).toEqual([])
  expect(await parkedOf("crashing")).toMatchObject([{ streamId: bad, version: 1, attempts: 3, waiting: 2 }])
  children.at(-1)?.kill("SIGKILL")
  await last
})
