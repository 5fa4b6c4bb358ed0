import { accountId } from "@sluice/contracts/billing/billing.ids"
import type { Journey } from "./load.journal.ts"
import { begin, type Guide, perform } from "./load.journeys.ts"
import type { Tenant } from "./load.people.ts"

/** The one account of each tenant: several people change its prices and its balance at the same time. */
const accounts = new WeakMap<Tenant, Journey>()

const accountOf = (tenant: Tenant): Journey => {
  const known = accounts.get(tenant)
  if (known !== undefined) return known
  const account: Journey = {
    ...{ tenant: tenant.name, category: "billing", id: accountId(tenant.name), expected: [], acknowledged: [] },
    lapses: true
  }
  accounts.set(tenant, account)
  return account
}

const EVENTS: Readonly<Record<string, string>> = {
  "/v1/billing/prices": "billing.prices-published",
  "/v1/billing/credits": "billing.credited",
  "/v1/billing/adjustments": "billing.adjusted"
}

const HOUR = 3_600_000

/** Publishes prices, from some time ago or soon, credits and corrects the balance, sets budgets and changes their limits. */
export const billingJourney = async (guide: Guide): Promise<void> => {
  const { random, turn, tenant, journal } = guide
  const by = tenant.asker
  const change = async (method: "POST" | "PUT", path: string, body: object): Promise<void> => {
    await turn()
    const answer = await perform(guide, { by, method, path, body: { ...body } })
    const account = accountOf(tenant)
    if (account.acknowledged.length === 0) journal.journeys.push(account)
    account.acknowledged.push(answer)
    // In the order of the versions, whoever was answered first.
    const inOrder = account.acknowledged.toSorted((a, b) => a.version - b.version)
    account.expected.splice(0, Number.POSITIVE_INFINITY, ...inOrder.map(({ command }) => EVENTS[command.path] ?? ""))
  }
  const now = new Date()
  const startOfMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)
  const price = (): string => String(random.integer(1, 1_000))
  await change("PUT", "/v1/billing/prices", {
    effectiveFrom: new Date(Math.max(startOfMonth, now.getTime() - random.integer(-HOUR / 60, 2 * HOUR))).toISOString(),
    prices: [
      { meter: "tokens.input", price: price() },
      {
        meter: "tokens.output",
        tiers: [
          { upTo: String(random.integer(1, 1_000_000)), price: price() },
          { upTo: null, price: price() }
        ]
      },
      { meter: "session.seconds", price: price() },
      { meter: "approval.decisions", price: price() }
    ]
  })
  await turn()
  const limit = (): string => String(random.integer(1, 1_000_000_000))
  const budget = await begin(
    guide,
    "budget",
    "budget.created",
    by,
    {
      name: `budget ${random.integer(0, 1_000_000)}`,
      scope: random.pick([{ type: "tenant" }, { type: "role", id: "pm" }, { type: "role", id: "finance" }]),
      period: random.pick(["none", "day", "month"]),
      limit: limit(),
      notify: ["finance"]
    },
    { lapses: true }
  )
  await change("POST", "/v1/billing/credits", { amount: String(random.integer(1, 1_000_000)), reason: "welcome" })
  await turn()
  const path = `/v1/budgets/${budget.id}`
  budget.acknowledged.push(await perform(guide, { by, method: "PATCH", path, body: { limit: limit() } }))
  budget.expected.push("budget.updated")
  if (random.integer(0, 2) === 0)
    await change("POST", "/v1/billing/adjustments", { amount: String(-random.integer(1, 1_000)), reason: "forgotten" })
}
