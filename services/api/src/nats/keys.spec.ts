import postgres from "postgres"
import { afterAll, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { natsCaller } from "../testing/nats.caller.ts"
import { expectProblem } from "../testing/problem.expect.ts"

const { broker, call, token, database } = await runningApi()
const { ask, leave, left, stored } = await natsCaller(broker.url, await token())
const sql = postgres(database.adminUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const opened = async (): Promise<number> => {
  const [row] = await sql<
    Array<{ count: number }>
  >`select count(*)::int as count from sluice.events where type = 'session.opened'`
  return row?.count ?? 0
}
const done = () => expect.poll(left, { timeout: 20_000 }).toBe(0)

/** Each says the same command under a key, and resolves when it was handled. */
const doors: Readonly<Record<string, (key: string, role: string) => Promise<unknown>>> = {
  HTTP: (key, role) => call("/v1/sessions", { json: { role }, headers: { "idempotency-key": key } }),
  "a request": (key, role) => ask("cmd.acme.session.open", { body: { role }, headers: { "Idempotency-Key": key } }),
  "the queue": async (key, role) => {
    await leave("cmdq.acme.session.open", { body: { role }, headers: { "Idempotency-Key": key } })
    await done()
  }
}
type Say = (key: string, role: string) => Promise<unknown>
const pairs = Object.keys(doors).flatMap((first) =>
  Object.keys(doors).map((second) => [first, second, doors[first] as Say, doors[second] as Say] as const)
)

it.each(pairs)("one key through %s and %s has one effect", async (first, second, sayFirst, saySecond) => {
  const before = await opened()
  await sayFirst(`after: ${first} ${second}`, "pm")
  const answer = await saySecond(`after: ${first} ${second}`, "pm")
  if (answer !== undefined) expect(answer).toMatchObject({ status: 200, headers: { "idempotency-replayed": "true" } })
  expect(await opened()).toBe(before + 1)

  for (let round = 0; round < 5; round++) {
    const key = `at once: ${first} ${second} ${round}`
    await Promise.all([sayFirst(key, "pm"), saySecond(key, "pm")])
    expect(await opened()).toBe(before + 2 + round)
  }
  expect(await stored("REJECTIONS")).toEqual([])
})

it.each(pairs)(
  "one key through %s and then for something else through %s is refused",
  async (first, second, sayFirst, saySecond) => {
    const before = await opened()
    await sayFirst(`else: ${first} ${second}`, "pm")
    const answer = await saySecond(`else: ${first} ${second}`, "cto")
    const told = second === "the queue" ? (await stored("REJECTIONS")).at(-1) : answer
    expectProblem(told as never, 422, "idempotency-key-reused")
    expect(await opened()).toBe(before + 1)
  }
)

it("a queued command's key outlives its place in the queue, whatever is configured for others", async () => {
  const remembered = async (key: string): Promise<number> => {
    const [row] = await sql<Array<{ days: number }>>`
      select extract(epoch from expires_at - now()) / 86400 as days from sluice.idempotency where key = ${key}`
    return Number(row?.days)
  }
  await doors.HTTP?.("short", "pm")
  await doors["the queue"]?.("long", "pm")
  expect(await remembered("short")).toBeLessThan(1)
  expect(await remembered("long")).toBeGreaterThan(7)
})
