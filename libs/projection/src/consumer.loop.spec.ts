import { expect, it } from "vitest"
import { newStream, note, notebook, stage, until } from "./consumer.spec-support.ts"

const world = await stage()

it("applies each event once, in order, however often it is delivered", async () => {
  const { consumer, notes } = await notebook(world.admin, "redelivered")
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
  await until(() => running.status().state === "standing by")
})
