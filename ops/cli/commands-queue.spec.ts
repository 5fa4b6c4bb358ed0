import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import { headers } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import { declaredStream } from "@sluice/messaging"
import { testDatabase, testNats } from "@sluice/testing"
import { afterAll, expect, it, vi } from "vitest"
import { sluice } from "./cli.spec-support.ts"

const broker = await testNats()
const database = await testDatabase()
vi.stubEnv("DATABASE_URL", database.urlFor("sluice_operator"))
vi.stubEnv("NATS_URL", broker.url)
afterAll(() => vi.unstubAllEnvs())
const connection = await connect({ servers: broker.url })
afterAll(() => connection.close())
const manager = await jetstreamManager(connection)
for (const name of ["COMMANDS", "REJECTIONS", "PARKED"]) await manager.streams.add({ ...declaredStream(name) })

const put = async (subject: string, data: object, given: Record<string, string>): Promise<number> => {
  const all = headers()
  for (const [name, value] of Object.entries(given)) all.set(name, value)
  return (await jetstream(connection).publish(subject, JSON.stringify(data), { headers: all })).seq
}
const park = (tenant: string, key: string) =>
  put(
    `parked.${tenant}.session.open`,
    { body: { role: key } },
    {
      authorization: "Bearer old-token",
      "Idempotency-Key": key,
      "Sluice-Status": "500",
      "Sluice-Error": "Internal error",
      "Sluice-Deliveries": "5",
      "Sluice-Command-Sequence": "7",
      "X-Trace-Id": "a".repeat(32)
    }
  )

it("shows what is parked and never a token, leaves it in the queue again, or gives it up", async () => {
  expect(await sluice("commands", "parked", "list")).toMatchObject({ code: 0, out: "No queued command is parked." })
  const [first, second, third] = [await park("acme", "one"), await park("other", "two"), await park("acme", "three")]
  const listed = await sluice("commands", "parked", "list")
  for (const text of ["acme", "other", "session.open", "one", "Internal error", "a".repeat(32)])
    expect(listed.out).toContain(text)
  const json = await sluice("commands", "parked", "list", "--tenant", "acme", "--json")
  expect(JSON.parse(json.out)).toMatchObject([
    { sequence: first, key: "one", deliveries: 5, commandSequence: 7, data: '{"body":{"role":"one"}}' },
    { sequence: third, key: "three" }
  ])
  expect(listed.out + json.out).not.toContain("old-token")
  // Places that were cleared since hide none that came before them.
  const client = jetstream(connection)
  for (let round = 0; round < 11; round++)
    await Promise.all(Array.from({ length: 1_000 }, () => client.publish("parked.gone.session.open")))
  await manager.streams.purge("PARKED", { filter: "parked.gone.>" })
  const newest = await sluice("commands", "parked", "list", "--limit", "1", "--json")
  expect(JSON.parse(newest.out)).toMatchObject([{ sequence: third }])

  expect(await sluice("commands", "parked", "retry", String(first))).toMatchObject({ code: 0 })
  const renewed = await sluice("commands", "parked", "retry", String(second), "--token", "new-token")
  expect(renewed.out).toBe("session.open of other is in the queue again, as number 2")
  const again = await Promise.all([1, 2].map((seq) => manager.streams.getMessage("COMMANDS", { seq })))
  expect(
    again.map((one) => [
      one?.subject,
      one?.string(),
      one?.header.get("idempotency-key") || one?.header.get("Idempotency-Key")
    ])
  ).toEqual([
    ["cmdq.acme.session.open", '{"body":{"role":"one"}}', "one"],
    ["cmdq.other.session.open", '{"body":{"role":"two"}}', "two"]
  ])
  expect(again.map((one) => [...(one?.header ?? [])].flatMap(([name]) => name.toLowerCase()).toSorted())).toEqual([
    ["authorization", "idempotency-key", "x-trace-id"],
    ["authorization", "idempotency-key", "x-trace-id"]
  ])
  expect(again[0]?.header.get("authorization")).toBe("Bearer old-token")
  expect(again[1]?.header.get("Authorization")).toBe("Bearer new-token")

  const dropped = await sluice("commands", "parked", "drop", String(third))
  expect(dropped.out).toBe('session.open of acme is gone for ever: {"body":{"role":"three"}}')
  expect((await manager.streams.info("PARKED")).state.messages).toBe(0)
  for (const verb of ["retry", "drop"])
    expect(await sluice("commands", "parked", verb, String(third))).toMatchObject({
      code: 1,
      err: expect.stringContaining(`No parked command has the number ${third}`)
    })
})

it("shows why commands were refused, the newest last", async () => {
  expect((await sluice("commands", "rejected")).out).toBe("No queued command was refused within a week.")
  for (const [tenant, detail] of [
    ["acme", "Session 7 not found"],
    ["other", "Too late"]
  ] as const)
    await put(
      `rej.${tenant}.session.update`,
      { status: 404, detail },
      { "Sluice-Status": "404", "Idempotency-Key": "k" }
    )
  const all = await sluice("commands", "rejected")
  expect(all.out).toMatch(/acme[\s\S]*404[\s\S]*Session 7 not found[\s\S]*other[\s\S]*Too late/)
  const mine = JSON.parse((await sluice("commands", "rejected", "--tenant", "acme", "--json")).out)
  expect(mine).toMatchObject([{ command: "session.update", status: 404, problem: { detail: "Session 7 not found" } }])
})
