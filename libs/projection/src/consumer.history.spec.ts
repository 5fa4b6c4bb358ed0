import { expect, it } from "vitest"
import { note, notebook, stage, until } from "./consumer.spec-support.ts"

const world = await stage()
const purge = () => world.manager.streams.purge("EVENTS")

it("fills a version gap from the log", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "gap")
  const stream = newStream()
  await world.append(stream, 0, [note(), note(), note(), note()])
  const events = await world.log()
  await world.publish(events.filter(({ version }) => version === 1 || version === 4))
  const running = world.start(consumer)
  await until(async () => (await notes(stream)).length >= 4)
  expect(await notes(stream)).toEqual([1, 2, 3, 4])
  await world.relay()
  await running.stop()
})

it("applies in the log's order what the broker has in another, each event once", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "disordered")
  const [one, other] = [newStream(), newStream()]
  await world.append(one, 0, [note()])
  await world.append(other, 0, [note()])
  await world.append(one, 1, [note()])
  const events = await world.log()
  const running = world.start(consumer)
  await world.publish(events.filter(({ streamId }) => streamId === other))
  await world.caughtUp(consumer.name)
  await world.relay()
  await world.append(other, 1, [note()])
  await world.relay()
  await world.caughtUp(consumer.name)
  expect(await notes(one)).toEqual([1, 2])
  expect(await notes(other)).toEqual([1, 2])
  await running.stop()
})

it("reads from the log what retention took from the broker, also what nothing newer points at", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "retention")
  const before = newStream()
  const lost = newStream()
  await world.append(before, 0, [note()])
  await world.relay()
  const first = world.start(consumer)
  await world.caughtUp(consumer.name)
  await first.stop()
  await world.append(before, 1, [note()])
  await world.append(lost, 0, [note(), note()])
  await world.relay()
  await purge()
  const second = world.start(consumer)
  await world.caughtUp(consumer.name)
  expect(await notes(before)).toEqual([1, 2])
  expect(await notes(lost)).toEqual([1, 2])
  await second.stop()
})

it("begins with the log where the broker no longer holds the beginning", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "late")
  const stream = newStream()
  await world.append(stream, 0, [note()])
  await world.relay()
  await purge()
  const running = world.start(consumer)
  await world.caughtUp(consumer.name)
  expect(await notes(stream)).toEqual([1])
  await running.stop()
})

it("notices a stream made anew while it reads, whatever became of its durable, and asks the log what was lost with it", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "anew")
  const stream = newStream()
  const lost = newStream()
  await world.append(stream, 0, [note()])
  await world.relay()
  const running = world.start(consumer, { watchEvery: 200 })
  await world.caughtUp(consumer.name)
  await until(() => running.status().state === "reading")
  const { config } = await world.manager.consumers.info("EVENTS", consumer.name)
  await world.append(lost, 0, [note()])
  await world.manager.streams.delete("EVENTS")
  await world.makeStream()
  await world.manager.consumers.add("EVENTS", config)
  await world.caughtUp(consumer.name)
  expect(await notes(lost)).toEqual([1])
  await world.append(stream, 1, [note()])
  await world.relay()
  await world.caughtUp(consumer.name)
  expect(await notes(stream)).toEqual([1, 2])
  expect(await notes(lost)).toEqual([1])
  await running.stop()
})

it("reads again from where a new incarnation begins", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "incarnation")
  const lost = newStream()
  await world.append(lost, 0, [note()])
  const running = world.start(consumer)
  await until(() => running.status().state === "reading")
  // The broker lost these and took others since: only the relay knows, and says so.
  const unpublished = await world.log()
  await world.admin`insert into sluice.relay_incarnations (incarnation, stream_created, start_sequence) values (1, 'x', 1)`
  await until(async () => (await notes(lost)).length > 0)
  await world.publish(unpublished, { again: true })
  expect(await notes(lost)).toEqual([1])
  await running.stop()
})

it("comes back by itself when the broker was away", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "away")
  const stream = newStream()
  const running = world.start(consumer)
  await until(() => running.status().state === "reading")
  await world.server.stop()
  await until(() => running.status().state === "waiting")
  await world.server.start()
  await until(() => !world.nc.isClosed())
  await world.append(stream, 0, [note()])
  await until(async () => {
    try {
      await world.relay()
      return true
    } catch {
      return false
    }
  })
  await world.caughtUp(consumer.name)
  expect(await notes(stream)).toEqual([1])
  await running.stop()
})

it("stops with an instruction when the log no longer holds what it has applied", async () => {
  const { consumer, newStream } = await notebook(world.admin, "restored")
  const stream = newStream()
  await world.append(stream, 0, [note()])
  await world.relay()
  const first = world.start(consumer)
  await world.caughtUp(consumer.name)
  await first.stop()
  await world.admin`update sluice.consumers set event_id = gen_random_uuid() where consumer = 'restored'`
  const second = world.start(consumer)
  await until(() => second.status().state === "stopped")
  expect(second.status().reason).toContain("Restore events and read models from the same backup")
  await second.stop()
})

it("applies nothing that the broker holds and the log does not, and says what to do", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "ahead")
  const stream = newStream()
  await world.append(stream, 0, [note(), note()])
  await world.relay()
  const [last] = (await world.log()).slice(-1)
  const running = world.start(consumer)
  await world.caughtUp(consumer.name)
  await world.publish([
    { ...(last as NonNullable<typeof last>), version: 3, position: 1_000_000, eventId: crypto.randomUUID() }
  ])
  await until(() => running.status().state === "stopped")
  expect(running.status().reason).toContain("delete the JetStream stream")
  expect(await notes(stream)).toEqual([1, 2])
  await running.stop()
})
