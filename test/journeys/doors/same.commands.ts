import { commands } from "@sluice/contracts/command/command.catalog"
import { runs } from "./same.runs.ts"

/** One command, whichever door it goes through. Texts that begin with @ stand for ids that earlier steps have made. */
export interface Step {
  readonly command: string
  readonly params?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Who says it; default: ada, who may do everything. */
  readonly by?: "ada" | "bob" | "reader" | "nobody"
  /** Remember the id of what it made, as `@name`. */
  readonly as?: string
  /** An idempotency key; default: one of its own. */
  readonly key?: string
}

const approval = (more: object = {}) => ({
  subject: { type: "custom", id: "contract 7" },
  required: [{ roles: ["cto"], count: 1 }],
  reason: "as agreed",
  links: [{ title: "draft", url: "https://example.org/a?b=1" }],
  contentHash: "h",
  ...more
})
const hook = { endpoint: "https://hooks.example.com/a", types: ["approval.*"] }

const sessions: ReadonlyArray<Step> = [
  {
    command: "session.open",
    body: { role: "pm", metadata: { b: 1, a: ["ä", null, true] } },
    as: "session",
    key: "one"
  },
  { command: "session.open", body: { metadata: { a: ["ä", null, true], b: 1 }, role: "pm" }, key: "one" },
  { command: "session.open", body: { role: "cto" }, key: "one" },
  { command: "session.open", body: { role: "pm" }, by: "bob", key: "one", as: "bobs" },
  { command: "session.open", body: { role: "" } },
  { command: "session.open", body: { role: "pm", taskId: "no uuid", more: 1 } },
  { command: "session.open" },
  { command: "session.open", body: [] },
  { command: "session.open", body: { role: "pm" }, by: "reader" },
  { command: "session.open", body: { role: "pm" }, headers: { traceparent: "garbage" } },
  { command: "session.update", params: { id: "@session" }, body: { status: "active" }, headers: { "If-Match": '"1"' } },
  { command: "session.update", params: { id: "@session" }, body: { status: "paused" }, headers: { "If-Match": '"1"' } },
  { command: "session.update", params: { id: "@session" }, body: { status: "paused" }, headers: { "If-Match": "1" } },
  { command: "session.update", params: { id: "@session" }, body: { status: "paused", reason: "lunch" }, key: "lunch" },
  { command: "session.update", params: { id: "@session" }, body: { status: "paused", reason: "lunch" }, key: "lunch" },
  { command: "session.update", params: { id: "@session" }, body: { status: "paused" } },
  { command: "session.update", params: { id: "@session" }, body: { status: "active" } },
  ...["tokens.input", "tokens.output", "tokens.input"].map((meter, index) => ({
    command: "session.record-usage",
    params: { id: "@session" },
    body: { usageId: `u${index}`, meter, quantity: 10 + index, model: "m", at: "2026-10-31T12:00:00Z" }
  })),
  {
    command: "session.record-usage",
    params: { id: "@session" },
    body: { usageId: "u0", meter: "tokens.input", quantity: 99, model: "m", at: "2026-10-31T12:00:00Z" }
  },
  { command: "session.update", params: { id: "@session" }, body: { status: "completed" } },
  { command: "session.update", params: { id: "@session" }, body: { status: "active" } },
  { command: "session.update", params: { id: "@bobs" }, body: { status: "active", metadata: { x: 1 } } }
]

const approvals: ReadonlyArray<Step> = [
  { command: "approval.request", body: approval(), as: "approval" },
  { command: "approval.request", body: approval({ required: [] }) },
  { command: "approval.request", body: approval({ expiresAt: "2001-01-01T00:00:00Z" }) },
  { command: "approval.decide", params: { id: "@approval" }, body: { decision: "approve", contentHash: "h" } },
  {
    command: "approval.decide",
    params: { id: "@approval" },
    body: { decision: "approve", contentHash: "x" },
    by: "bob"
  },
  {
    command: "approval.decide",
    params: { id: "@approval" },
    body: { decision: "approve", contentHash: "h" },
    by: "bob"
  },
  {
    command: "approval.decide",
    params: { id: "@approval" },
    body: { decision: "reject", contentHash: "h" },
    by: "bob"
  },
  { command: "approval.cancel", params: { id: "@approval" }, body: { reason: "too late" } },
  { command: "approval.request", body: approval({ required: [{ roles: ["cto"], count: 2 }] }), as: "second" },
  { command: "approval.decide", params: { id: "@second" }, body: { decision: "approve", contentHash: "h" }, by: "bob" },
  { command: "approval.cancel", params: { id: "@second" }, body: { reason: "no need" }, key: "cancel" },
  { command: "approval.cancel", params: { id: "@second" }, body: { reason: "no need" }, key: "cancel" },
  { command: "approval.request", body: approval({ remindEvery: "P1D", escalation: { after: "PT1H", roles: ["pm"] } }) }
]

const others: ReadonlyArray<Step> = [
  { command: "subscription.create", body: { name: "hook", ...hook }, as: "subscription" },
  { command: "subscription.create", body: { name: "hook", ...hook, endpoint: "http://127.0.0.1/" } },
  { command: "subscription.create", body: { name: "hook", ...hook, types: ["nothing.*"] } },
  { command: "subscription.update", params: { id: "@subscription" }, body: { name: "renamed" } },
  { command: "subscription.update", params: { id: "@subscription" }, body: {} },
  { command: "subscription.test", params: { id: "@subscription" } },
  { command: "subscription.redeliver-dead", params: { id: "@subscription" }, body: { since: "2026-01-31T12:00:00Z" } },
  { command: "subscription.rotate-secret", params: { id: "@subscription" }, body: { overlapSeconds: 60 } },
  { command: "subscription.remove", params: { id: "@subscription" } },
  { command: "subscription.update", params: { id: "@subscription" }, body: { name: "gone" } },
  { command: "preference.set-mine", body: { mode: "digest", email: "ada@example.org", timeZone: "Europe/Vienna" } },
  { command: "preference.set-mine", body: { mode: "digest" } },
  { command: "preference.set-mine", body: { mode: "off" } },
  { command: "preference.set-role", params: { role: "pm" }, body: { mode: "immediate", email: "pm@example.org" } },
  { command: "budget.create", body: { name: "all", scope: { type: "tenant" }, limit: "5" }, as: "budget" },
  {
    command: "budget.create",
    body: { name: "one", scope: { type: "session", id: "@session" }, limit: "7", period: "day" }
  },
  { command: "budget.create", body: { name: "bad", scope: { type: "tenant", id: "x" }, limit: "0" } },
  {
    command: "budget.update",
    params: { id: "@budget" },
    body: { limit: "6", notify: ["pm"] },
    headers: { "If-Match": '"1"' }
  },
  { command: "budget.update", params: { id: "@budget" }, body: { limit: "9" }, headers: { "If-Match": '"1"' } },
  {
    command: "billing.publish-prices",
    body: { effectiveFrom: "2998-06-01T00:00:00+02:00", prices: [{ meter: "session.seconds", price: "1" }] }
  },
  {
    command: "billing.publish-prices",
    body: { effectiveFrom: "2998-06-01T00:00:00Z", prices: [{ meter: "no", price: "1" }] }
  },
  { command: "billing.grant-credit", body: { amount: "5", reason: "welcome" } },
  { command: "billing.grant-credit", body: { amount: "-5", reason: "welcome" } },
  { command: "billing.post-adjustment", body: { amount: "-2", reason: "r" } },
  { command: "billing.close-month", params: { month: "2999-01" } },
  { command: "billing.close-month", params: { month: "2026-10" } },
  { command: "subscriber.add", body: { name: "ci", types: ["approval.*"] } },
  { command: "subscriber.add", body: { name: "ci", types: ["session.*"] } },
  { command: "subscriber.remove", params: { name: "ci" } }
]

/** Of every command there is: without a token, and about things that are not there with a body that means nothing. */
const wrong: ReadonlyArray<Step> = commands.flatMap(({ name, endpoint }) => {
  const names = [...endpoint.path.matchAll(/:([a-z]+)/gi)].map(([, param]) => param as string)
  const values: Readonly<Record<string, string>> = { id: "01a1fdc9-7a89-75fa-95df-188c3d800a4c", month: "2026-01" }
  const params = Object.fromEntries(names.map((one) => [one, values[one] ?? "01a1fdc9-7a89-75fa-95df-188c3d800a4d"]))
  return [
    { command: name, params, body: {}, by: "nobody" as const },
    { command: name, params, body: { nonsense: ["x"] } }
  ]
})

export const steps: ReadonlyArray<Step> = [...sessions, ...approvals, ...runs, ...others, ...wrong]
