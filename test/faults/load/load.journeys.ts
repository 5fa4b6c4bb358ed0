import type { Random } from "../random.seed.ts"
import { WrongAnswer } from "./load.client.ts"
import type { Acknowledged, Command, Journal, Journey } from "./load.journal.ts"
import type { Person, Tenant } from "./load.people.ts"

/** What a journey needs: its turn before each step, and a way to have a command done. */
export interface Guide {
  readonly tenant: Tenant
  readonly random: Random
  readonly journal: Journal
  /** Resolves when the next step may begin. */
  readonly turn: () => Promise<void>
  readonly execute: (command: Command) => Promise<Acknowledged>
}

type Ask = Omit<Command, "key">

export const perform = (guide: Guide, ask: Ask): Promise<Acknowledged> =>
  guide.execute({ ...ask, key: `key-${crypto.randomUUID()}` })

export const begin = async (
  guide: Guide,
  category: Journey["category"],
  first: string,
  by: Person,
  body: Command["body"],
  rest: Pick<Journey, "lapses"> = {}
): Promise<Journey> => {
  const answer = await perform(guide, { by, method: "POST", path: `/v1/${category}s`, body })
  const id = String(answer.body.id)
  const journey: Journey = { tenant: by.tenant, category, id, expected: [first], acknowledged: [answer], ...rest }
  guide.journal.journeys.push(journey)
  return journey
}

/** Opens a session, moves it about, repeats moves that change nothing, reports usage, ends it. */
export const sessionJourney = async (guide: Guide): Promise<void> => {
  const { random, turn, tenant } = guide
  const by = tenant.asker
  await turn()
  const journey = await begin(guide, "session", "session.opened", by, {
    role: random.pick(["pm", "finance", "developer"]),
    metadata: { note: random.integer(0, 1_000_000) }
  })
  const path = `/v1/sessions/${journey.id}`
  const move = async (status: string, ...events: ReadonlyArray<string>): Promise<void> => {
    await turn()
    const answer = await perform(guide, { by, method: "PUT", path, body: { status } })
    journey.expected.push(...events)
    journey.acknowledged.push(answer)
  }
  const use = async (): Promise<void> => {
    const usageId = crypto.randomUUID()
    const body = {
      usageId,
      meter: random.pick(["tokens.input", "tokens.output"]),
      quantity: random.integer(1, 100_000),
      at: new Date().toISOString()
    }
    await turn()
    const answer = await perform(guide, { by, method: "POST", path: `${path}/usage`, body })
    journey.expected.push("session.usage-recorded")
    journey.acknowledged.push(answer)
  }
  await move("active", "session.activated")
  await move("active")
  for (let uses = random.integer(0, 4); uses > 0; uses--) await use()
  await move("paused", "session.paused")
  await move("active", "session.resumed")
  await use()
  await move("completed", "session.completed")
}

/** Asks for a manager and finance; they decide one after the other, or at the same instant, or one rejects. */
export const approvalJourney = async (guide: Guide): Promise<void> => {
  const { random, turn, tenant } = guide
  await turn()
  const journey = await begin(guide, "approval", "approval.requested", tenant.asker, {
    subject: { type: "custom", id: `order-${random.integer(0, 1_000_000)}` },
    required: [
      { roles: ["manager"], count: 1 },
      { roles: ["finance"], count: 1 }
    ],
    reason: "over the limit"
  })
  const decide = async (by: Person, decision: string): Promise<void> => {
    const path = `/v1/approvals/${journey.id}/decisions`
    journey.acknowledged.push(await perform(guide, { by, method: "POST", path, body: { decision } }))
  }
  const [first, second] = random.shuffle([tenant.manager, tenant.finance]) as [Person, Person]
  await turn()
  if (random.integer(0, 3) === 0) {
    await decide(first, "reject")
    journey.expected.push("approval.decision-recorded", "approval.rejected")
    return
  }
  if (random.integer(0, 2) === 0) {
    await Promise.all([decide(first, "approve"), decide(second, "approve")])
  } else {
    await decide(first, "approve")
    await decide(second, "approve")
  }
  journey.expected.push("approval.decision-recorded", "approval.decision-recorded", "approval.approved")
}

/** Asks for somebody who never decides: reminders every second, an escalation, and the end after a few. */
export const lapsingJourney = async (guide: Guide): Promise<void> => {
  const { random, turn, tenant } = guide
  await turn()
  const body = {
    subject: { type: "custom", id: `offer-${random.integer(0, 1_000_000)}` },
    required: [{ roles: ["nobody"], count: 1 }],
    expiresAt: new Date(Date.now() + random.integer(2_500, 4_000)).toISOString(),
    escalation: { after: "PT1S", roles: ["nobody-else"] },
    remindEvery: "PT1S"
  }
  try {
    const journey = await begin(guide, "approval", "approval.requested", tenant.asker, body, { lapses: true })
    journey.expected.push("approval.expired")
  } catch (thrown) {
    // An outage took longer than that: nothing was done.
    if (!(thrown instanceof WrongAnswer && thrown.message.includes("must be in the future"))) throw thrown
    if (thrown.key !== undefined) guide.journal.tooLate.add(thrown.key)
  }
}
