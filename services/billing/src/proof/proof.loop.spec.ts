import { until } from "@sluice/projection/consumer.spec-support"
import type { Proof } from "@sluice/proof/billing.proof"
import { registry } from "@sluice/telemetry/metrics"
import { Effect, Fiber, Logger } from "effect"
import { expect, it, onTestFinished } from "vitest"
import { makeProof } from "./proof.loop.ts"
import { account, archive, price, session } from "./proof.spec-support.ts"

const world = await archive()
const books = account()
const one = session()
await world.record(
  books.published("2026-10-01T00:00:00.000Z", "2026-10-01T00:00:00.000Z", price("tokens.input", 3)),
  one.opened("2026-10-01T00:00:00.000Z"),
  one.used("2026-10-02T00:00:00.000Z", 10),
  one.used("2026-10-03T00:00:00.000Z", 20)
)
await world.bill()

const gauge = async (name: string): Promise<number> => {
  const metric = registry.getSingleMetric(`sluice_billing_${name}`)
  return (await metric?.get())?.values[0]?.value ?? Number.NaN
}
const spend = (more: number) => world.admin`update sluice.billing_months set amount = amount + ${more}`

/** Runs a proof after the other until the test is over. */
const start = (isLeader: () => boolean) => {
  const proofs: Array<Proof> = []
  const lines: Array<{ level: string; text: string }> = []
  const logger = Logger.make(({ logLevel, message }) => {
    lines.push({ level: logLevel, text: JSON.stringify(message) })
  })
  const { run, status } = makeProof({ every: "20 millis", isLeader, onProven: (proof) => proofs.push(proof) })
  const fiber = world.running.runFork(run.pipe(Effect.provide(Logger.layer([logger]))))
  const stop = () => Effect.runPromise(Fiber.interrupt(fiber))
  onTestFinished(async () => void (await stop()))
  /** As soon as two more are done: the second began after now. */
  const twoMore = async (): Promise<Proof | undefined> => {
    const before = proofs.length
    await until(() => proofs.length >= before + 2)
    return proofs.at(-1)
  }
  return { lines, proofs, status, stop, twoMore }
}

it("counts what is wrong and says so once, until it is well again", async () => {
  const { lines, status, twoMore } = start(() => true)
  expect(await twoMore()).toEqual({ tenants: 1, usages: 2, entries: 2, drift: 0, differences: [] })
  expect([await gauge("drift"), lines]).toEqual([0, []])
  expect(Date.now() / 1000 - (await gauge("proof_timestamp_seconds"))).toBeLessThan(60)
  expect(await gauge("proof_seconds")).toBeGreaterThan(0)

  await spend(5)
  expect(await twoMore()).toMatchObject({
    drift: 1,
    differences: [{ tenant: "acme", kind: "months", name: "2026-10 usage tokens.input m pm" }]
  })
  await twoMore()
  expect(await gauge("drift")).toBe(1)
  expect(lines).toEqual([{ level: "Error", text: expect.stringContaining("2026-10 usage tokens.input m pm") }])
  expect(status().reason).toContain("1")

  await spend(1)
  await twoMore()
  expect(lines.map(({ level }) => level)).toEqual(["Error", "Error"])
  await spend(-6)
  await twoMore()
  expect(await gauge("drift")).toBe(0)
  expect(lines.map(({ level }) => level)).toEqual(["Error", "Error", "Info"])
})

it("leaves it to the instance that bills", async () => {
  let leading = false
  const { proofs, status, twoMore } = start(() => leading)
  expect(status()).toEqual({ state: "standing by" })
  await spend(5)
  onTestFinished(async () => void (await spend(-5)))
  leading = true
  await twoMore()
  expect(await gauge("drift")).toBe(1)
  leading = false
  await until(() => status().state === "standing by")
  expect([await gauge("drift"), await gauge("proof_timestamp_seconds")]).toEqual([0, 0])
  const done = proofs.length
  leading = true
  await until(() => proofs.length > done)
})

it("says once that it cannot prove anything, and that it can again", async () => {
  const { lines, status, twoMore } = start(() => true)
  await twoMore()
  const denied = "on function sluice.billing_drift(text, bigint)"
  await world.admin.unsafe(`revoke execute ${denied} from sluice_billing`)
  await until(() => status().state === "waiting")
  expect(status().reason).toContain("permission denied")
  for (let round = 0; round < 3; round++) {
    const before = status()
    await until(() => status() !== before && status().state === "waiting")
  }
  await world.admin.unsafe(`grant execute ${denied} to sluice_billing`)
  await twoMore()
  expect(lines.map(({ level }) => level)).toEqual(["Warn", "Info"])
})
