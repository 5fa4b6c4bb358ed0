import { openStream } from "@sluice/api/testing/stream.reader"
import { expect, it, onTestFinished } from "vitest"
import { scrape } from "../../support/journey.metrics.ts"
import { journeyStack } from "../../support/journey.stack.ts"

const journey = await journeyStack({ services: ["api"], env: { FEED_HEARTBEAT_SECONDS: "1" } })

it("SIGTERM: every stream ends with a message, also beside one that takes nothing, and nothing is missed", {
  timeout: 120_000
}, async () => {
  const { person } = journey.organisation()
  const pm = await person("pm")
  const api = journey.stack.services.get("api")
  const stream = async (lastEventId?: string) => {
    const reader = await openStream(journey.api, { token: pm.token, lastEventId })
    onTestFinished(reader.close)
    return reader
  }
  const open = async (metadata = {}) => `session-${(await pm.openSession({ role: "pm", metadata })).body.id}`
  const readers = await Promise.all(Array.from({ length: 20 }, () => stream()))
  const told: Array<string> = []
  for (let count = 0; count < 50; count++)
    told.push(...(await Promise.all(Array.from({ length: 8 }, () => open({ text: "x".repeat(13_000) })))))
  for (const reader of readers) await reader.until(() => reader.events().length === told.length)

  const stuck = await stream("0")
  stuck.stop()
  await expect.poll(async () => (await scrape(journey.api)).value("sluice_feed_readers"), { timeout: 20_000 }).toBe(21)

  const asked = performance.now()
  process.kill(api?.pid as number, "SIGTERM")
  await Promise.all(readers.map(({ ended }) => ended))
  await expect.poll(() => journey.deaths.length, { timeout: 20_000 }).toBe(1)
  expect(performance.now() - asked).toBeLessThan(8_000)
  expect(journey.deaths.pop()).toContain("(exit code 0)")
  for (const reader of readers)
    expect(reader.messages.at(-1)).toMatchObject({
      event: "sluice.shutdown",
      id: String(reader.events().at(-1)?.position)
    })

  await api?.start()
  told.push(await open())
  const again = await stream(readers[0]?.lastId())
  told.push(await open())
  await again.until(() => again.events().length === 2)
  expect([...(readers[0]?.events() ?? []), ...again.events()].map(({ subject }) => subject).sort()).toEqual(told.sort())
})
