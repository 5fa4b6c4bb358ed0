import { jetstream } from "@nats-io/jetstream"
import postgres from "postgres"
import { expect, it, onTestFinished } from "vitest"
import { journeyStack } from "../../support/journey.stack.ts"
import { type Follower, follow, page, type Received } from "./feed.followers.ts"
import { writeUntilStopped } from "./feed.writer.ts"

const journey = await journeyStack({ services: ["api", "outbox-relay"] })
const second = await journey.stack.addService("api", "2")
const urls = [journey.api, second.url as string]

const wanted = { perSecond: 2_000, seconds: Number(process.env.SLUICE_FEED_SECONDS ?? 6) }

it(`${wanted.perSecond} commands a second that commit out of order: everybody sees every event once, in order`, {
  timeout: 120_000
}, async () => {
  const [ours, theirs] = [journey.organisation(), journey.organisation()]
  const { token } = await ours.person("reader", { scope: "events:read" })
  const stranger = await theirs.person("reader", { scope: "events:read" })
  const writer = writeUntilStopped({
    databaseUrl: journey.database.urlFor("sluice_api"),
    tenants: [ours.tenant, theirs.tenant],
    connections: 4,
    batch: 64,
    perSecond: wanted.perSecond
  })
  const followers = {
    steady: follow({ urls, token }),
    ...Object.fromEntries(
      Array.from({ length: 4 }, (_, index) => [`restless ${index}`, follow({ urls, token, leavesAfter: 300 })])
    ),
    small: page({ urls, token }, 37),
    large: page({ urls, token }, 1000)
  }
  const filtered = {
    activated: follow({ urls, token, query: "type=*.activated", leavesAfter: 300 }),
    paused: page({ urls, token, query: "type=session.paused&category=session" }, 200)
  }
  const others = [follow({ urls, token: stranger.token, leavesAfter: 500 }), page({ urls, token: stranger.token }, 100)]
  await expect
    .poll(writer.written, { timeout: 60_000, interval: 100 })
    .toBeGreaterThan(wanted.perSecond * wanted.seconds)
  const { perSecond, outOfOrder } = await writer.stop()

  const sql = postgres(journey.database.adminUrl, { max: 1 })
  onTestFinished(() => sql.end())
  const rows = await sql<{ tenant: string; position: number; type: string; text: string }[]>`
    select tenant, position::int, type, sluice.cloud_event(e) as text from sluice.events e order by position`
  const of = (tenant: string, type?: string) =>
    rows.filter((row) => row.tenant === tenant && (type === undefined || row.type === type))
  const log = of(ours.tenant)
  const foreign = of(theirs.tenant)
  const seenBy = async (one: Follower, wanted: typeof log, name: string) => {
    await one.finish(wanted.at(-1)?.position as number)
    expect(problemsOf(one.received, textsOf(wanted)), name).toEqual([])
  }
  for (const [name, one] of Object.entries(followers)) await seenBy(one, log, name)
  await seenBy(filtered.activated, of(ours.tenant, "session.activated"), "activated")
  await seenBy(filtered.paused, of(ours.tenant, "session.paused"), "paused")
  for (const one of others) await seenBy(one, foreign, "the other tenant")

  // As JetStream has them.
  const published = await publishedBy(rows.length)
  expect(rows.filter(({ text }) => !published.has(text))).toEqual([])

  const returned = Object.values(followers).reduce((sum, one) => sum + one.returns(), 0)
  console.log(
    `feed: ${rows.length} events at ${Math.round(perSecond)} commands/s, ${outOfOrder} transactions overtaken, ` +
      `${Object.keys(followers).length + 4} readers, ${returned} returns and pages`
  )
  expect(outOfOrder).toBeGreaterThan(10)
  expect(foreign.length).toBeGreaterThan(0)
})

const textsOf = (rows: ReadonlyArray<{ readonly position: number; readonly text: string }>) =>
  new Map(rows.map(({ position, text }) => [position, text]))

/** What is missing, repeated, out of order or altered in what somebody received; the first few. */
const problemsOf = (received: Received, log: ReadonlyMap<number, string>): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const seen = new Set<number>()
  let before = 0
  for (const { position, text } of received) {
    if (seen.has(position)) problems.push(`${position} twice`)
    else if (position < before) problems.push(`${position} after ${before}`)
    if (JSON.stringify(JSON.parse(log.get(position) ?? "null")) !== JSON.stringify(JSON.parse(text)))
      problems.push(`${position} is not that of the log`)
    seen.add(position)
    before = position
  }
  for (const position of log.keys()) if (!seen.has(position)) problems.push(`${position} is missing`)
  return problems.slice(0, 10)
}

/** The texts of all messages in EVENTS, as soon as there are so many. */
const publishedBy = async (count: number): Promise<ReadonlySet<string>> => {
  const nc = await journey.connectNats()
  const consumer = await jetstream(nc).consumers.get("EVENTS")
  const texts = new Set<string>()
  for await (const message of await consumer.consume()) {
    texts.add(message.string())
    if (texts.size === count) break
  }
  return texts
}
