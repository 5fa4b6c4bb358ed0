/** An example of every command, as a message carries it. A test wants one of each, and holds it to the command's schema. */

interface CommandSample {
  readonly params?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const id = "0197a1f0-1c00-7000-8000-000000000001"
const of = { params: { id } }
const task = { params: { id, key: "B1" } }
const phase = { params: { id, phase: "build" } }
const note = { params: { id, note: "26dd8e84-3f80-54f3-9900-9be9069b14bc" } }
const preferences = { email: "ada@example.org", mode: "digest", digestAt: "08:00", timeZone: "Europe/Berlin" }

const samples: Readonly<Record<string, CommandSample>> = {
  "session.open": { body: { role: "pm", metadata: { project: "Apollo" } } },
  "session.update": { ...of, body: { status: "active" } },
  "session.record-usage": {
    ...of,
    body: {
      usageId: "call-1",
      meter: "tokens.input",
      quantity: 1200,
      model: "small-1",
      at: "2026-11-21T10:03:00Z"
    }
  },
  "workflow.register": {
    params: { name: "Release" },
    body: {
      name: "Release",
      phases: [{ id: "build", name: "Build", order: 1, tasks: [{ key: "B1", title: "Build it" }] }]
    }
  },
  "run.start": { body: { workflow: "Release", title: "Release 4", deadline: "2026-12-01T12:00:00Z" } },
  "run.pause": { ...of, body: { reason: "Waiting for the customer" } },
  "run.resume": of,
  "run.cancel": { ...of, body: { reason: "No longer wanted" } },
  "run.fail": { ...of, body: { reason: "The supplier is gone" } },
  "run.unstick": of,
  "run.add-task": { ...of, body: { key: "B9", title: "Build it again", phase: "build", dependsOn: ["B1"] } },
  "run.start-task": task,
  "run.complete-task": { ...task, body: { decisions: ["Postgres"], artifacts: ["schema.sql"] } },
  "run.fail-task": { ...task, body: { reason: "Out of memory" } },
  "run.defer-task": { ...task, body: { reason: "Next release" } },
  "run.move-task": { ...task, body: { to: "Release 5" } },
  "run.reopen-task": task,
  "run.record-evidence": { ...phase, body: { type: "doc", ref: "docs/design.md", title: "Design" } },
  "run.validate-gate": phase,
  "run.request-signoff": { ...phase, body: { comment: "Please have a look" } },
  "run.transition": { ...phase, body: { to: "test" } },
  "run.block-phase": { ...phase, body: { reason: "The contract is not signed" } },
  "run.unblock-phase": phase,
  "run.skip-phase": { ...phase, body: { reason: "Nothing to document" } },
  "run.answer-checkpoint": { ...phase, body: { verb: "proceed", comment: "Go on" } },
  "run.ask-question": { ...of, body: { text: "Which region comes first?", role: "pm", phase: "build" } },
  "run.answer-question": { ...note, body: { answer: "Europe" } },
  "run.raise-blocker": { ...of, body: { text: "No test data", phase: "test" } },
  "run.resolve-blocker": { ...note, body: { resolution: "Data came in" } },
  "run.record-decision": { ...of, body: { text: "Ship on Monday", rationale: "Fewer users at night" } },
  "run.reach-milestone": { ...of, body: { key: "beta", title: "Beta is out" } },
  "approval.request": {
    body: {
      subject: { type: "task", id: "B1" },
      required: [{ roles: ["manager", "director"], count: 1 }],
      reason: "Q1 budget",
      escalation: { after: "PT4H", roles: ["director"] }
    }
  },
  "approval.decide": { ...of, body: { decision: "approve", comment: "Fine" } },
  "approval.cancel": { ...of, body: { reason: "Asked twice" } },
  "subscription.create": {
    body: { name: "Approvals", endpoint: "https://example.org/hooks", types: ["approval.*"] }
  },
  "subscription.update": { ...of, body: { active: false } },
  "subscription.remove": of,
  "subscription.rotate-secret": { ...of, body: { overlapSeconds: 3600 } },
  "subscription.test": of,
  "subscription.redeliver-dead": { ...of, body: { since: "2026-11-21T00:00:00Z" } },
  "subscriber.add": { body: { name: "warehouse", types: ["approval.*"] } },
  "subscriber.remove": { params: { name: "warehouse" } },
  "delivery.redeliver": of,
  "notification.mark-read": of,
  "notification.archive": of,
  "preference.set-mine": { body: preferences },
  "preference.set-role": { params: { role: "pm" }, body: preferences },
  "billing.publish-prices": {
    body: {
      effectiveFrom: "2026-12-01T00:00:00Z",
      prices: [{ meter: "tokens.input", model: "small-1", price: "250000000" }]
    }
  },
  "billing.grant-credit": { body: { amount: "5000000000000000", reason: "Goodwill" } },
  "billing.post-adjustment": { body: { amount: "-120000000000000", reason: "Counted twice", corrects: "1133-1" } },
  "billing.close-month": { params: { month: "2026-10" } },
  "budget.create": {
    body: { name: "November", scope: { type: "tenant" }, limit: "100000000000000000", period: "month", notify: ["pm"] }
  },
  "budget.update": { ...of, body: { limit: "200000000000000000" } }
}

/** The example of a command; undefined where nobody has given one. */
export const commandSample = (command: string): CommandSample | undefined =>
  Object.hasOwn(samples, command) ? samples[command] : undefined
