import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { until } from "@sluice/projection/consumer.spec-support"
import { beforeAll, describe, expect, it } from "vitest"
import { billingStage } from "../billing.spec-support.ts"
import { dice, history } from "../proof/proof.spec-history.ts"
import type { Past } from "../proof/proof.spec-support.ts"

/** One log, handed to the consumer in three ways. A tenant's name is the seed of its history; others by `BILLING_SEEDS=eve,fay`. */
const tenants = (process.env.BILLING_SEEDS ?? "ida,jon").split(",")
const EVENTS = 120
const { below, roll, uuid } = dice(tenants.join())

const tables = [
  ...["billing_prices", "billing_accounts", "billing_sessions", "billing_tasks", "billing_usage", "billing_ledger"],
  ...["billing_unpriced", "billing_months", "billing_counters", "billing_days", "billing_work", "billing_statements"],
  ...["budgets", "budget_spend"]
]
const metadata = {
  actor: { kind: "user", id: "ada", roles: ["pm"] },
  correlationId: "0197d3b0-0000-7000-8000-000000000000",
  causationId: "0197d3b0-0000-7000-8000-000000000001"
} as const

interface Row extends Past {
  readonly id: string
  readonly version: number
}

/** The histories of all tenants, mixed. */
const rows = ((): ReadonlyArray<Row> => {
  const versions = new Map<string, number>()
  let queues = tenants.map((tenant) => [...history(tenant, tenant, EVENTS)])
  const mixed: Array<Row> = []
  while (queues.length > 0) {
    const past = queues[below(queues.length)]?.shift() as Past
    const key = `${past.tenant} ${past.stream}`
    const version = (versions.get(key) ?? 0) + 1
    versions.set(key, version)
    mixed.push({ ...past, id: uuid(), version })
    queues = queues.filter((queue) => queue.length > 0)
  }
  return mixed
})()

const worldOf = async () => {
  const world = await billingStage()
  const { admin } = world
  const given = admin.json(rows as never)
  await admin`
    insert into sluice.events (position, tenant, stream_id, version, event_id, type, schema_version, data, metadata, recorded_at)
    select nextval('sluice.events_position_seq'), value ->> 'tenant', value ->> 'stream', (value ->> 'version')::int,
      (value ->> 'id')::uuid, value ->> 'type', 1, value -> 'data', ${admin.json(metadata)}, (value ->> 'at')::timestamptz
    from jsonb_array_elements(${given}) with ordinality order by ordinality`
  await admin`
    insert into sluice.streams (tenant, stream_id, version)
    select value ->> 'tenant', value ->> 'stream', max((value ->> 'version')::int) from jsonb_array_elements(${given}) group by 1, 2`

  /** All that is kept of a tenant. Of a budget, without what was told of it: that depends on how much is looked at together. */
  const kept = async (tenant: string) => {
    const found: Record<string, ReadonlyArray<string>> = {}
    for (const table of tables) {
      const row = admin.unsafe(table === "budgets" ? "(t.view - '{version,updatedAt}'::text[])" : "t")
      const texts = await admin<{ row: string }[]>`
        select ${row}::text as row from ${admin(`sluice.${table}`)} t where tenant = ${tenant} order by 1`
      found[table] = texts.map(({ row }) => row)
    }
    return found
  }
  return { ...world, kept }
}
type World = Awaited<ReturnType<typeof worldOf>>

/** Once everything is published and handled, what the consumer itself appends meanwhile as well. */
const through = ({ admin, relay }: World): Promise<void> =>
  until(async () => {
    await relay()
    const [row] = await admin<{ left: number }[]>`
      select count(*)::integer as left from sluice.events
      where position > coalesce((select position from sluice.consumers where consumer = 'billing'), 0)`
    return row?.left === 0
  })

/** All of it waits when the consumer comes. */
const atOnce = async (world: World): Promise<void> => {
  await world.relay()
  const consumer = world.consume()
  await through(world)
  await consumer.stop()
}

/** Some of it at a time, in small batches, to one consumer after the other. */
const inPieces = async (world: World): Promise<void> => {
  let consumer = world.consume(1 + below(7))
  const events = [...(await world.log())]
  while (events.length > 0) {
    await world.publish(events.splice(0, 1 + below(80)))
    if (roll() < 0.5) continue
    await consumer.stop()
    consumer = world.consume(1 + below(7))
  }
  await through(world)
  await consumer.stop()
}

/** Everything twice, in no order. */
const shuffled = async (world: World): Promise<void> => {
  let consumer = world.consume()
  const events = [...(await world.log())]
  while (events.length > 0) {
    const some = events.splice(0, 1 + below(120))
    await world.publish(inNoOrder([...some, ...some]), { again: true })
    if (roll() < 0.7) continue
    await consumer.stop()
    consumer = world.consume()
  }
  await through(world)
  await consumer.stop()
}
const inNoOrder = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<RecordedEvent> =>
  events
    .map((event) => [roll(), event] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, event]) => event)

const [first, second, third] = [await worldOf(), await worldOf(), await worldOf()]
beforeAll(async () => {
  await Promise.all([atOnce(first), inPieces(second), shuffled(third)])
}, 240_000)

describe.each(tenants)("the history %s", (tenant) => {
  it("comes to the same at once, in pieces and with restarts, or twice and shuffled", async () => {
    const kept = await first.kept(tenant)
    expect(kept.billing_ledger?.length).toBeGreaterThan(50)
    expect(await second.kept(tenant)).toEqual(kept)
    expect(await third.kept(tenant)).toEqual(kept)
  })

  it("comes to zero, and leaves credits and adjustments less usage", async () => {
    for (const { admin } of [first, second, third]) {
      const [ledger] = await admin<{ zero: string; balance: string; rest: string; charged: string }[]>`
        select sum(case account when debit then -amount else amount end)::text as zero,
          sum(case account when debit then -amount else amount end) filter (where account = 'balance')::text as balance,
          sum(case account when debit then amount else -amount end) filter (where account <> 'balance')::text as rest,
          (select -sum(amount) from sluice.billing_months where tenant = ${tenant})::text as charged
        from sluice.billing_ledger, unnest(array[debit, credit]) account where tenant = ${tenant}`
      expect(ledger?.zero).toBe("0")
      expect([ledger?.rest, ledger?.charged]).toEqual([ledger?.balance, ledger?.balance])
      const [given] = await admin<{ given: string; used: string }[]>`
        select (select coalesce(sum((data ->> 'amount')::numeric), 0) from sluice.events
            where tenant = ${tenant} and type in ('billing.credited', 'billing.adjusted'))::text as given,
          (select coalesce(sum(amount), 0) from sluice.billing_days where tenant = ${tenant})::text as used`
      expect(BigInt(ledger?.balance ?? "")).toBe(BigInt(given?.given ?? "") - BigInt(given?.used ?? ""))
    }
  })

  it("is what the events say", async () => {
    for (const { admin } of [first, second, third])
      expect(
        await admin`
          select * from sluice.billing_drift(${tenant}, (select position from sluice.consumers where consumer = 'billing'))`
      ).toEqual([])
  })

  it("tells of a budget at most once in a period, and of everything that is used up now", async () => {
    for (const { admin } of [first, second, third]) {
      const told = await admin`
        select stream_id, type, data ->> 'periodStart' from sluice.events
        where tenant = ${tenant} and type in ('budget.warned', 'budget.exceeded') group by 1, 2, 3 having count(*) > 1`
      expect(told).toEqual([])
      const silent = await admin`
        select b.id, s.period, s.spent, b.view from sluice.budgets b join sluice.budget_spend s on s.tenant = b.tenant and s.budget_id = b.id
        where b.tenant = ${tenant} and s.spent >= (b.view ->> 'limit')::numeric
          and s.period >= case b.view ->> 'period' when 'none' then '' when 'day' then left(b.view ->> 'createdAt', 10)
            else left(b.view ->> 'createdAt', 7) end
          -- Of periods before the twelve that it remembers, a budget tells nothing.
          and (jsonb_array_length(b.fold -> 'reached') < 12 or s.period >= b.fold -> 'reached' -> 0 ->> 'period')
          and not exists (
            select from sluice.events e where e.tenant = b.tenant and e.stream_id = 'budget-' || b.id and e.type = 'budget.exceeded'
              and left(coalesce(e.data ->> 'periodStart', ''), length(s.period)) = s.period
          )`
      expect(silent).toEqual([])
    }
  })

  it("put nothing aside", async () => {
    for (const { admin } of [first, second, third])
      expect(await admin`select stream_id, error from sluice.consumer_parked`).toEqual([])
  })
})
