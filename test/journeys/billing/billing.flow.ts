import { randomUUID } from "node:crypto"
import type { NatsConnection } from "@nats-io/transport-node"
import { accountId } from "@sluice/contracts/billing/billing.ids"
import { WAKE_RELAY } from "@sluice/contracts/event/event.subjects"
import type postgres from "postgres"
import type { Random } from "../../faults/random.seed.ts"

/** Much that is billed, straight into the event store: faster than any API would take it, in batches as its commands come. */

/** A usage as it was recorded, and what one unit of it costs in the end. */
export interface Used {
  readonly eventId: string
  readonly quantity: number
  readonly price: bigint
}

interface Happening {
  readonly tenant: string
  readonly stream: string
  readonly type: string
  readonly data: object
}

const SESSIONS = 12
/** Commands of one append, and events of one command. */
const COMMANDS = 20
const EVENTS = 5

const actor = { kind: "user", id: "ada", roles: ["pm"] } as const
const HOUR = 3_600_000
const prices = {
  first: { "tokens.input": "3", "tokens.output": "15", "session.seconds": "7" },
  second: { "tokens.input": "4", "tokens.output": "21", "session.seconds": "7" }
} as const
type Metered = "tokens.input" | "tokens.output"

const published = (version: number, effectiveFrom: number, lines: Readonly<Record<string, string>>) => ({
  version,
  effectiveFrom: new Date(effectiveFrom).toISOString(),
  prices: Object.entries(lines).map(([meter, price]) => ({ meter, model: "*", tiers: [{ upTo: null, price }] }))
})

/** Some tenants with prices, budgets and sessions at work. */
export const startFlow = async (
  sql: postgres.Sql,
  nats: NatsConnection,
  random: Random,
  tenants: ReadonlyArray<string>
) => {
  const versions = new Map<string, number>()
  const used = new Map<string, Used>()
  /** At this time prices rise: it is told when half of the usage is billed already at the old ones. */
  const rise = Date.now() - HOUR / 2

  const append = async (happenings: ReadonlyArray<Happening>): Promise<ReadonlyArray<string>> => {
    const ids = happenings.map(() => randomUUID())
    const commands = new Map<string, { tenant: string; stream: string; from: number; events: Array<unknown> }>()
    for (const [index, { tenant, stream, type, data }] of happenings.entries()) {
      const key = `${tenant} ${stream}`
      const from = versions.get(key) ?? 0
      const command = commands.get(key) ?? { tenant, stream, from, events: [] }
      const metadata = { actor, correlationId: randomUUID(), causationId: randomUUID() }
      command.events.push([0, ids[index], type, 1, data, metadata])
      commands.set(key, command)
    }
    const batch = [...commands.values()].map(({ tenant, stream, from, events }) => ({
      ...{ id: randomUUID(), tenant, keys: [], streams: [[stream, from]], events }
    }))
    const [row] = await sql<{ answer: { refused: ReadonlyArray<unknown> } }[]>`
      select sluice.append(${sql.json(batch as never)}) as answer`
    if (row?.answer.refused.length !== 0) throw new Error(`append refused: ${JSON.stringify(row)}`)
    for (const [key, { from, events }] of commands) versions.set(key, from + events.length)
    nats.publish(WAKE_RELAY)
    return ids
  }

  const sessions = tenants.flatMap((tenant) =>
    Array.from({ length: SESSIONS }, (_, index) => {
      const id = randomUUID()
      return { tenant, id, stream: `session-${id}`, role: index % 3 === 0 ? "dev" : "pm", active: true }
    })
  )
  const budget = (tenant: string, scope: object, period: string, limit: bigint): Happening => ({
    ...{ tenant, stream: `budget-${randomUUID()}`, type: "budget.created" },
    data: { name: period, scope, period, limit: String(limit), blocks: false, notify: ["finance"] }
  })
  const account = (tenant: string, type: string, data: object): Happening => ({
    ...{ tenant, stream: `billing-${accountId(tenant)}`, type: `billing.${type}`, data }
  })

  /** `expected`: usages there will be, so that budgets are reached in the middle of them. */
  const begin = async (expected: number): Promise<void> => {
    // Of a usage some 500 units at 10 on average.
    const all = (BigInt(expected) * 5_000n) / BigInt(tenants.length)
    for (const tenant of tenants)
      await append([
        account(tenant, "prices-published", published(1, rise - 48 * HOUR, prices.first)),
        budget(tenant, { type: "tenant", id: null }, "none", all / 2n),
        budget(tenant, { type: "tenant", id: null }, "month", all / 4n),
        budget(tenant, { type: "role", id: "dev" }, "day", all / 12n),
        budget(tenant, { type: "session", id: sessions.find((one) => one.tenant === tenant)?.id }, "none", all / 30n),
        budget(tenant, { type: "role", id: "pm" }, "none", all * 100n)
      ])
    await append(
      sessions.flatMap(({ tenant, stream, role }) => [
        { tenant, stream, type: "session.opened", data: { role, taskId: null, metadata: {} } },
        { tenant, stream, type: "session.activated", data: { reason: null } }
      ])
    )
  }

  /** Records usage, and now and then lets a session rest or go on. */
  const use = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= COMMANDS * EVENTS) {
      const usages = Array.from({ length: Math.min(left, COMMANDS * EVENTS) }, () => {
        const { tenant, stream } = random.pick(sessions)
        const meter = random.pick<Metered>(["tokens.input", "tokens.output"])
        const at = rise + random.integer(-HOUR / 2, HOUR / 2)
        const quantity = random.integer(1, 1_000)
        const data = { usageId: randomUUID(), meter, quantity, model: "m", at: new Date(at).toISOString() }
        const price = BigInt((at < rise ? prices.first : prices.second)[meter])
        return { happening: { tenant, stream, type: "session.usage-recorded", data }, quantity, price }
      })
      const resting = random.pick(sessions)
      const type = resting.active ? "session.paused" : "session.resumed"
      resting.active = !resting.active
      const { tenant, stream } = resting
      const ids = await append([
        ...usages.map(({ happening }) => happening),
        { tenant, stream, type, data: { reason: null } }
      ])
      for (const [index, { quantity, price }] of usages.entries()) {
        const eventId = ids[index] as string
        used.set(eventId, { eventId, quantity, price })
      }
    }
  }

  return {
    begin,
    use,
    used: used as ReadonlyMap<string, Used>,
    /** Prices rise for what was used since a while ago, and each tenant is given something. */
    raise: () =>
      append(
        tenants.flatMap((tenant) => [
          account(tenant, "prices-published", published(2, rise, prices.second)),
          account(tenant, "credited", { id: randomUUID(), amount: "1000", reason: "sorry" }),
          account(tenant, "adjusted", { id: randomUUID(), amount: "-10", reason: "forgotten", corrects: null })
        ])
      ),
    end: () =>
      append(
        sessions.map(({ tenant, stream }) => ({ tenant, stream, type: "session.completed", data: { reason: null } }))
      )
  }
}
