import { expect, it, vi } from "vitest"
import { Hand, type Item } from "./hand.ts"

const item = (stream: string, version: number, sequence: number): Item => ({ stream, version, sequence })
const nameOf = ({ stream, version }: Item): string => `${stream}${version}`

/** Everything that was resolved has had its consequences. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A hand whose items end when told to: `end("a1")`, or with a pause after which they are to be tried again. */
const handOf = (concurrency: number) => {
  const begun: Array<string> = []
  const ends = new Map<string, (pause: number | undefined) => void>()
  const hand = new Hand<Item>(concurrency, (one) => {
    begun.push(nameOf(one))
    return new Promise((resolve) => ends.set(nameOf(one), resolve))
  })
  const end = async (name: string, pause?: number): Promise<void> => {
    ends.get(name)?.(pause)
    await turn()
  }
  return { hand, begun, end }
}

it("one at a time, in the order of arrival, unless an item is to be tried again: then its stream waits and others go on", async () => {
  const { hand, begun, end } = handOf(1)
  for (const one of [item("a", 1, 1), item("a", 2, 2), item("b", 1, 3), item("a", 3, 4)]) hand.add(one)
  expect(begun).toEqual(["a1"])
  await end("a1")
  expect(begun).toEqual(["a1", "a2"])
  await end("a2", 1)
  expect(begun).toEqual(["a1", "a2", "b1"])
  await end("b1")
  await vi.waitFor(() => expect(begun).toEqual(["a1", "a2", "b1", "a2"]))
  await end("a2")
  await end("a3")
  expect(begun).toEqual(["a1", "a2", "b1", "a2", "a3"])
  expect(hand.size).toBe(0)
})

it("streams side by side, never two items of one", async () => {
  const { hand, begun, end } = handOf(2)
  for (const one of [item("a", 1, 1), item("a", 2, 2), item("b", 1, 3), item("c", 1, 4)]) hand.add(one)
  expect(begun).toEqual(["a1", "b1"])
  await end("b1")
  expect(begun).toEqual(["a1", "b1", "c1"])
  await end("a1")
  expect(begun).toEqual(["a1", "b1", "c1", "a2"])
})

it("what comes late takes its place in its stream", async () => {
  const { hand, begun, end } = handOf(1)
  hand.hold()
  for (const one of [item("a", 2, 12), item("a", 3, 13), item("a", 1, 11)]) hand.add(one)
  expect(begun).toEqual([])
  expect(hand.find("a", 3)).toEqual(item("a", 3, 13))
  hand.release()
  for (const name of ["a1", "a2", "a3"]) await end(name)
  expect(begun).toEqual(["a1", "a2", "a3"])
})

it("has room again when something is done", async () => {
  const { hand, end } = handOf(1)
  hand.add(item("a", 1, 1))
  hand.add(item("a", 2, 2))
  let room = false
  const waiting = hand.room(2).then(() => {
    room = true
  })
  await Promise.resolve()
  expect(room).toBe(false)
  await end("a1")
  await waiting
  expect(hand.size).toBe(1)
})

it("what waits behind a failure takes no room from others, up to a bound", async () => {
  const { hand, end } = handOf(1)
  for (const version of [1, 2, 3, 4, 5]) hand.add(item("bad", version, version))
  let room = false
  const waiting = hand.room(2).then(() => {
    room = true
  })
  await turn()
  expect([room, hand.load]).toEqual([false, 5])
  await end("bad1", 1_000_000)
  await waiting
  expect([hand.size, hand.load]).toEqual([5, 0])
  hand.add(item("good", 1, 9))
  expect(hand.load).toBe(1)
  await end("good1")
  for (let version = 6; version <= 1_100; version++) hand.add(item("bad", version, 10 + version))
  expect([hand.size, hand.load]).toEqual([1_100, 100])
})

it("what waited takes its room again when the failure is over", async () => {
  const { hand, begun, end } = handOf(1)
  for (const version of [1, 2, 3]) hand.add(item("bad", version, version))
  await end("bad1", 1)
  expect(hand.load).toBe(0)
  await vi.waitFor(() => expect(begun).toEqual(["bad1", "bad1"]))
  expect(hand.load).toBe(0)
  await end("bad1")
  expect([hand.size, hand.load]).toEqual([2, 2])
})

it("a stop waits for what is being worked on and answers the rest, what waits to be tried again too", async () => {
  const { hand, begun, end } = handOf(1)
  for (const one of [item("a", 1, 1), item("b", 1, 2), item("b", 2, 3)]) hand.add(one)
  await end("a1", 1_000_000)
  let stopped: ReadonlyArray<string> | undefined
  const stopping = hand.stop().then((left) => {
    stopped = left.map(nameOf)
  })
  await turn()
  expect(stopped).toBeUndefined()
  await end("b1")
  await stopping
  expect(stopped).toEqual(["a1", "b2"])
  expect(begun).toEqual(["a1", "b1"])
})
