import { jetstream } from "@nats-io/jetstream"
import { toCloudEvent } from "@sluice/contracts/event/event.cloud-event"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { eventSubject } from "@sluice/contracts/event/event.subjects"
import type { Service } from "@sluice/ops/dev/service.process"
import postgres from "postgres"
import { afterAll, expect, it } from "vitest"
import { seededRandom } from "../../faults/random.seed.ts"
import { journeyStack } from "../../support/journey.stack.ts"
import { startFlow } from "./billing.flow.ts"
import { checksums, handled, rebuildInCopy } from "./billing.rebuild.ts"

/**
 * Usage flows while the service that bills it dies at random moments, messages come again, and the broker loses everything once. The long
 * form: `SLUICE_BILLING_EVENTS=50000 SLUICE_BILLING_KILLS=100 npx vitest run journeys/billing/billing.kill.spec.ts`.
 */
const usages = Number(process.env.SLUICE_BILLING_EVENTS ?? 8_000)
const kills = Number(process.env.SLUICE_BILLING_KILLS ?? 12)
const seed = Number(process.env.SLUICE_BILLING_SEED ?? Date.now() % 1_000_000)
/** Events that come again at a time. */
const AGAIN = 200
const patience = 60_000 + kills * 10_000 + usages * 20

const tenants = ["acme", "globex", "initech"]
const { stack, database, broker, connectNats } = await journeyStack({
  services: ["outbox-relay"],
  env: { BILLING_CLOSE_AFTER_HOURS: "8760" }
})
const sql = postgres(database.adminUrl, { max: 4, onnotice: () => {}, types: { bigint: postgres.BigInt } })
const nats = await connectNats()
afterAll(async () => {
  await sql.end({ timeout: 1 })
})
const random = seededRandom(seed)

const until = async (condition: () => Promise<boolean>, what: string): Promise<void> => {
  const deadline = performance.now() + 60_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within a minute: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
}
const billed = async (): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::integer as count from sluice.billing_usage where meter like 'tokens.%'`
  return row?.count ?? 0
}
const ownerOf = async (): Promise<string | undefined> => {
  const [row] = await sql<{ owner: string }[]>`
    select owner from sluice.leases where name = 'consumer-billing' and expires_at > clock_timestamp()`
  return row?.owner
}
const stateOf = async ({ url }: Service): Promise<string> => {
  const answer = await fetch(`${url}/readyz`)
  return ((await answer.json()) as { checks: { billing: { detail: string } } }).checks.billing.detail
}
/** What is left of the dead one's lease: a standby would wait for its end, some three seconds. */
const expireLease = () => sql`update sluice.leases set expires_at = clock_timestamp() where name = 'consumer-billing'`
const repeatsOf = async ({ url }: Service): Promise<number> => {
  const answer = await fetch(`${url}/metrics`)
  return Number(/^sluice_consumer_duplicates_total\{[^}]*\} (\d+)$/m.exec(await answer.text())?.[1] ?? 0)
}
/** Events come again, as if they were others: the broker does not recognise them. */
const redeliver = async (): Promise<void> => {
  const rows = await sql<Array<Omit<RecordedEvent, "recordedAt"> & { recordedAt: Date }>>`
    select position::integer, tenant, stream_id as "streamId", version, event_id as "eventId", type, schema_version as "schemaVersion",
      data, metadata, recorded_at as "recordedAt"
    from sluice.events order by md5(position::text || ${random.integer(0, 1_000_000)}) limit ${AGAIN}`
  const js = jetstream(nats)
  for (const row of rows) {
    const event = { ...row, recordedAt: row.recordedAt.toISOString() }
    const subject = eventSubject(event.tenant, event.type, event.streamId)
    await js.publish(subject, JSON.stringify(toCloudEvent(event)))
  }
}
const loseEverything = async (): Promise<void> => {
  await broker.stop()
  broker.wipeStore()
  await broker.start()
}

it("bills every usage once, whatever dies on the way", { timeout: patience }, async () => {
  const began = performance.now()
  const instances = await Promise.all(["a", "b"].map((one) => stack.addService("billing", one)))
  const working = async (): Promise<Service> => {
    let owner: string | undefined
    await until(async () => {
      owner = await ownerOf()
      return instances.some(({ name }) => name === owner)
    }, "an instance holds the lease")
    return instances.find(({ name }) => name === owner) as Service
  }
  const flow = await startFlow(sql, nats, random, tenants)
  await flow.begin(usages)

  // Started at once, one works and the other waits for its end.
  await expect
    .poll(async () => (await Promise.all(instances.map(stateOf))).toSorted(), { timeout: 20_000 })
    .toEqual(["reading", "standing by"])
  const owners = new Set<string>()
  const takeovers: Array<number> = []
  let inTheMiddle = 0
  let reviving: Promise<void> | undefined
  for (let round = 0; round <= kills; round++) {
    const portion = Math.floor(((round + 1) * usages) / (kills + 1)) - Math.floor((round * usages) / (kills + 1))
    await reviving
    const start = flow.used.size
    const appending = flow.use(portion)
    if (round === Math.floor(kills / 2)) await Promise.all([appending, flow.raise(), loseEverything()])
    if (round === kills) {
      await appending
      break
    }
    const victim = await working()
    const goal = start + random.integer(0, portion)
    await until(async () => flow.used.size > goal, "usage is recorded")
    await victim.kill()
    const killedAt = performance.now()
    await appending
    const done = await billed()
    if (done < flow.used.size) inTheMiddle++
    owners.add(victim.name)
    if (round % 3 === 1) await redeliver()
    if (round > 0) await expireLease()
    await until(async () => (await working()) !== victim, "the other one works")
    takeovers.push(performance.now() - killedAt)
    reviving = victim.start()
    // Whoever dies next has done something before: an event that takes several down with it would be put aside as poison.
    await until(async () => done === flow.used.size || (await billed()) > done, "the other one bills")
  }
  await redeliver()
  const last = await working()
  await until(async () => (await repeatsOf(last)) >= AGAIN, "messages have come again")
  await flow.end()
  await handled(sql, "billing")
  const took = performance.now() - began
  const worst = Math.round(Math.max(...takeovers))
  console.log(
    `seed ${seed}: ${usages} usages, ${kills} kills in ${Math.round(took / 1000)} s, ${inTheMiddle} of them with usage still to bill; taken over after ${worst} ms at most`
  )

  // Everything went through, and nothing was put aside.
  for (const table of ["consumer_parked", "consumer_skipped", "consumer_dead"])
    expect(await sql`select * from ${sql(`sluice.${table}`)}`, table).toEqual([])

  // Each usage once, at the price that is right in the end.
  const rows = await sql<{ eventId: string; usages: number; quantity: number; charged: string }[]>`
    select u.event_id as "eventId", count(*)::integer as usages, min(u.quantity)::integer as quantity,
      (select sum(case l.debit when 'balance' then l.amount else -l.amount end)::text from sluice.billing_ledger l
        where l.tenant = u.tenant and l.source_id = u.event_id) as charged
    from sluice.billing_usage u where u.meter like 'tokens.%' group by u.tenant, u.event_id`
  expect(rows.length).toBe(usages)
  const wrong = rows.filter(({ eventId, usages, quantity, charged }) => {
    const used = flow.used.get(eventId)
    return usages !== 1 || quantity !== used?.quantity || BigInt(charged) !== BigInt(quantity) * used.price
  })
  expect(wrong).toEqual([])

  // So it was in the middle of it that they died, one as the other.
  expect(inTheMiddle).toBeGreaterThan(kills / 2)
  expect([...owners].toSorted()).toEqual(["billing-a", "billing-b"])

  // The ledger balances, and every sum says what it says.
  for (const tenant of tenants) {
    const [ledger] = await sql<{ zero: string; balance: string; given: string; usage: string }[]>`
      select sum(case account when debit then -amount else amount end)::text as zero,
        sum(case account when debit then -amount else amount end) filter (where account = 'balance')::text as balance,
        sum(case account when debit then amount else -amount end) filter (where account in ('credits', 'adjustments'))::text as given,
        sum(case account when debit then -amount else amount end) filter (where account = 'usage')::text as usage
      from sluice.billing_ledger, unnest(array[debit, credit]) account where tenant = ${tenant}`
    const { zero, balance, given, usage } = ledger as NonNullable<typeof ledger>
    expect([zero, given]).toEqual(["0", "990"])
    expect(BigInt(balance)).toBe(BigInt(given) - BigInt(usage))
    const [sums] = await sql<{ days: string; work: string; months: string }[]>`
      select (select sum(amount) from sluice.billing_days where tenant = ${tenant})::text as days,
        (select sum(amount) from sluice.billing_work where tenant = ${tenant})::text as work,
        (select -sum(amount) from sluice.billing_months where tenant = ${tenant})::text as months`
    expect(sums).toEqual({ days: usage, work: usage, months: balance })
  }

  // A budget tells once in a period that it is nearly used up, and once that it is.
  const told = await sql<{ budget: string; told: ReadonlyArray<string> | null; percent: number }[]>`
    select b.id || ' ' || s.period as budget, floor(s.spent * 100 / (b.view ->> 'limit')::numeric)::integer as percent,
      (select array_agg(e.type order by e.version) from sluice.events e
        where e.tenant = b.tenant and e.stream_id = 'budget-' || b.id and e.type in ('budget.warned', 'budget.exceeded')
          and left(coalesce(e.data ->> 'periodStart', ''), length(s.period)) = s.period) as told
    from sluice.budgets b join sluice.budget_spend s on s.tenant = b.tenant and s.budget_id = b.id
    where s.period >= case b.view ->> 'period' when 'none' then '' when 'day' then left(b.view ->> 'createdAt', 10)
      else left(b.view ->> 'createdAt', 7) end`
  expect(told.filter(({ percent }) => percent >= 100).length).toBeGreaterThanOrEqual(tenants.length * 2)
  for (const { budget, percent, told: events } of told)
    expect(events ?? [], budget).toEqual(
      ["budget.warned", "budget.exceeded"].slice(0, percent >= 100 ? 2 : percent >= 80 ? 1 : 0)
    )

  // By a second piece of code, from the events.
  for (const tenant of tenants)
    expect(
      await sql`select * from sluice.billing_drift(${tenant}, (select position from sluice.consumers where consumer = 'billing'))`
    ).toEqual([])

  // And once more, from nothing: the same to the last row, and nobody is told of anything again.
  const before = await checksums(sql)
  const [log] = await sql<{ head: bigint }[]>`select max(position) as head from sluice.events`
  await stack.stop()
  await sql.end()
  const copy = await rebuildInCopy(stack, database)
  expect(await checksums(copy)).toEqual(before)
  expect(await copy`select max(position)::text as head from sluice.events`).toEqual([{ head: String(log?.head) }])
})
