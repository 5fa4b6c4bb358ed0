import { Effect } from "effect"
import { expect, it } from "vitest"
import { note, notebook, stage, until } from "./consumer.spec-support.ts"

const world = await stage()

it("applies each event once, in order, however often and in whatever order it is delivered", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "redelivered")
  const one = newStream()
  const other = newStream()
  await world.append(one, 0, [note(), note()])
  await world.append(other, 0, [note()])
  await world.append(one, 2, [note()])
  await world.relay()
  const running = world.start(consumer)
  await world.caughtUp(consumer.name)
  expect(await notes(one)).toEqual([1, 2, 3])
  const events = await world.log()
  await world.publish([...events].reverse(), { again: true })
  await world.publish(events, { again: true })
  await world.append(one, 3, [note()])
  await world.relay()
  await world.caughtUp(consumer.name)
  expect(await notes(one)).toEqual([1, 2, 3, 4])
  expect(await notes(other)).toEqual([1])
  await running.stop()
  expect((await world.checkpoint(consumer.name))?.running).toBe(false)
})

it("applies nothing again when it ended between the commit and the ack", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "unacked")
  const stream = newStream()
  await world.append(stream, 0, [note(), note()])
  await world.relay()
  const first = world.start(consumer)
  await world.caughtUp(consumer.name)
  await first.stop()
  // The broker forgets the ack: as if the process had ended before it was sent.
  const { sequence } = (await world.checkpoint(consumer.name)) as { sequence: number }
  await world.manager.consumers.delete("EVENTS", consumer.name)
  await world.manager.consumers.add("EVENTS", {
    durable_name: consumer.name,
    ack_policy: "all",
    deliver_policy: "by_start_sequence",
    opt_start_seq: sequence - 1,
    filter_subject: "evt.>"
  })
  const second = world.start(consumer)
  await world.append(stream, 2, [note()])
  await world.relay()
  await world.caughtUp(consumer.name)
  expect(await notes(stream)).toEqual([1, 2, 3])
  await second.stop()
})

it("reads messages again that were acknowledged and yet are behind the checkpoint", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "acked")
  const stream = newStream()
  await world.append(stream, 0, [note(), note()])
  await world.relay()
  // A durable that believes everything was handled, while the checkpoint says nothing was.
  await world.manager.consumers.add("EVENTS", {
    durable_name: consumer.name,
    ack_policy: "all",
    deliver_policy: "new",
    filter_subject: "evt.>"
  })
  const running = world.start(consumer)
  await world.caughtUp(consumer.name)
  expect(await notes(stream)).toEqual([1, 2])
  await running.stop()
})

it("refuses the batch of an instance whose lease has passed on without its knowing", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "fenced")
  const stream = newStream()
  // It renews so seldom that it does not notice, as if it had been paused.
  const paused = world.start(consumer, { lease: { ttl: "2 hours", renewEvery: "1 hour" } })
  await until(() => paused.status().state === "reading")
  await world.admin`update sluice.leases set epoch = epoch + 1, expires_at = clock_timestamp() where name = 'consumer-fenced'`
  await world.append(stream, 0, [note()])
  await world.relay()
  await until(() => paused.status().state === "waiting")
  expect(paused.status().reason).toContain("no longer holds the lease")
  expect(await notes(stream)).toEqual([])
  const other = world.start(consumer)
  await world.caughtUp(consumer.name)
  expect(await notes(stream)).toEqual([1])
  await Promise.all([paused.stop(), other.stop()])
})

it("has one active instance, and the standby takes over where it stopped", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "standby")
  const stream = newStream()
  const one = world.start(consumer)
  await until(() => one.status().state === "reading")
  const two = world.start(consumer)
  await world.append(stream, 0, [note()])
  await world.relay()
  await world.caughtUp(consumer.name)
  expect(two.status().state).toBe("standing by")
  await one.stop()
  await world.append(stream, 1, [note()])
  await world.relay()
  await world.caughtUp(consumer.name)
  expect(two.status().state).toBe("reading")
  expect(await notes(stream)).toEqual([1, 2])
  await two.stop()
})

it("keeps a message that names no event, and goes on", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "dead")
  const stream = newStream()
  await world.js.publish("evt.acme.note.taken.1", "no json \0 at all")
  await world.js.publish("evt.acme.note.taken.1", JSON.stringify({ specversion: "1.0", id: "x", subject: "\ud800" }))
  await world.append(stream, 0, [note()])
  await world.relay()
  const running = world.start(consumer)
  await world.caughtUp(consumer.name)
  expect(await notes(stream)).toEqual([1])
  const rows =
    await world.admin`select subject, error from sluice.consumer_dead where consumer = 'dead' order by sequence`
  expect(rows.map(({ subject }) => subject)).toEqual(["evt.acme.note.taken.1", "evt.acme.note.taken.1"])
  await running.stop()
})

it("compares a batch that is what the log holds next once, and plans it only when it is not", async () => {
  const { consumer, newStream, notes } = await notebook(world.admin, "plain")
  const [one, other] = [newStream(), newStream()]
  await world.append(one, 0, [note()])
  await world.relay()
  const running = world.start(consumer)
  await world.caughtUp(consumer.name) // past what the other tests have left
  const begin = "function sluice.consumer_begin(text, bigint, text, jsonb, jsonb, text[], bigint)"
  await world.admin.unsafe(`revoke execute on ${begin} from sluice_projector`) // planning begins there
  await world.append(one, 1, [note()])
  await world.append(other, 0, [note()])
  await world.append(one, 2, [note()])
  await world.relay()
  await world.caughtUp(consumer.name)
  expect(await notes(one)).toEqual([1, 2, 3])
  expect(await notes(other)).toEqual([1])
  await world.publish((await world.log()).slice(-1), { again: true })
  await until(() => running.status().state === "waiting")
  expect(running.status().reason).toContain("permission denied")
  await world.admin.unsafe(`grant execute on ${begin} to sluice_projector`)
  await running.stop()
})

it("asks for no more messages while it holds megabytes of them, and applies all in the end", async () => {
  const go = Promise.withResolvers<void>()
  const wait = () => Effect.promise(() => go.promise)
  const { consumer, newStream, notes } = await notebook(world.admin, "heavy", wait)
  const stream = newStream()
  const text = "x".repeat(60_000)
  for (let version = 0; version < 700; version += 25) await world.append(stream, version, Array(25).fill(note(text)))
  await world.relay()
  const running = world.start(consumer)
  const unacknowledged = async () =>
    (await world.manager.consumers.info("EVENTS", consumer.name).catch(() => undefined))?.num_ack_pending ?? 0
  // At least the limit of bytes is held: 139 such messages; at most that twice, once taken and once waiting, and one pull.
  await until(async () => (await unacknowledged()) >= 130)
  await new Promise((resolve) => setTimeout(resolve, 500)) // for more, if it asked for more
  expect(await unacknowledged()).toBeLessThan(600)
  go.resolve()
  await world.caughtUp(consumer.name)
  expect(await notes(stream)).toEqual(Array.from({ length: 700 }, (_, index) => index + 1))
  await running.stop()
})
