import { createHash } from "node:crypto"
import { taskId } from "@sluice/contracts/run/run.ids"
import { v5 } from "uuid"
import { account, decided, type Past, price, session } from "./proof.spec-support.ts"

/** A history that a seed makes up: it obeys the deciders of the nouns, and is otherwise as awkward as it can be. */

const DAY = 86_400_000
const iso = (time: number): string => new Date(time).toISOString()
const monthOf = (time: number): string => iso(time).slice(0, 7)
const endOf = (month: string): number => Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 1)

/** Evenly spread over [0, 1), the same for the same seed. */
export const dice = (seed: string) => {
  let rolls = 0
  const roll = (): number => {
    rolls += 1
    return createHash("sha256").update(`${seed}/${rolls}`).digest().readUInt32BE() / 2 ** 32
  }
  const below = (end: number): number => Math.floor(roll() * end)
  const oneOf = <A>(choices: ReadonlyArray<A>): A => choices[below(choices.length)] as A
  const uuid = (): string => v5(`${roll()}`, "6d9c7d0a-1f0e-5b6a-8a53-3a3d6d5b7c99")
  return { roll, below, oneOf, uuid }
}

type Status = "pending" | "active" | "paused" | "ended"
type Tier = readonly [upTo: number | null, price: number]

const meters = ["tokens.input", "tokens.output"]
const models = ["m", "n", null]
const roles = ["pm", "dev"]

/** Some `count` events of a tenant, from the last days of November 2026 on: two months' ends and a year's. */
export const history = (seed: string, tenant: string, count: number): ReadonlyArray<Past> => {
  const { roll, below, oneOf, uuid } = dice(seed)
  const books = account(tenant)
  const events: Array<Past> = []
  const sessions: Array<{ is: Status; of: ReturnType<typeof session> }> = []
  const runs: Array<string> = []
  const tasks: Array<string> = [uuid()]
  let now = Date.UTC(2026, 10, 28, 3, 0, 0, 123)
  let closedThrough = "2026-10"
  const step = (70 * DAY) / count

  /** Ours, now; clocks of databases may be a little off. */
  const clock = (): string => iso(now - (roll() < 0.05 ? below(2000) : 0))
  const someTask = (): string | null => (roll() < 0.3 ? null : oneOf(tasks))
  const open = (): void => {
    const of = session(uuid(), { role: oneOf(roles), tenant })
    sessions.push({ is: "pending", of })
    events.push(of.opened(clock(), someTask()))
  }
  const move = (): void => {
    const one = oneOf(sessions)
    const at = clock()
    switch (one.is) {
      case "pending":
        events.push(one.of.activated(at))
        one.is = "active"
        break
      case "paused":
        events.push(roll() < 0.9 ? one.of.resumed(at) : one.of.expired(at))
        one.is = events.at(-1)?.type === "session.resumed" ? "active" : "ended"
        break
      case "active": {
        const paused = roll() < 0.6
        events.push(paused ? one.of.paused(at) : oneOf([one.of.completed(at), one.of.failed(at), one.of.expired(at)]))
        one.is = paused ? "paused" : "ended"
        break
      }
      case "ended":
        break
    }
  }
  const use = (): void => {
    // Most of it is new; some is dated back, some of that by months.
    const ago = roll() < 0.7 ? below(DAY) : roll() < 0.8 ? below(20 * DAY) : below(90 * DAY)
    const at = roll() < 0.05 ? endOf(monthOf(now - 40 * DAY)) - below(2) : now - ago
    events.push(oneOf(sessions).of.used(iso(at), 1 + below(3000), oneOf(meters), oneOf(models), clock()))
  }
  const run = (): void => {
    const runId = runs.length > 0 && roll() < 0.5 ? oneOf(runs) : uuid()
    const stream = `run-${runId}`
    const at = clock()
    if (!runs.includes(runId)) {
      runs.push(runId)
      const definition = { phases: ["A", "B"].map((id) => ({ id, tasks: [{ key: `${id}1` }, { key: `${id}2` }] })) }
      const phases = definition.phases.map((phase, order) => ({
        ...{ id: phase.id, name: phase.id, order, transitions: [], terminal: false, doneDefinitions: [], gate: [] },
        ...{ checkpoint: null, signoff: null, prompt: null, nextSteps: [] },
        tasks: phase.tasks.map(({ key }) => ({ key, title: key, dependsOn: [], estimate: null }))
      }))
      const workflow = { name: "w", version: 1, digest: "d" }
      const data = { runId, workflow, title: "t", deadline: null, definition: { phases } }
      for (const key of ["A1", "A2", "B1", "B2"]) tasks.push(taskId(runId, key))
      events.push({ tenant, stream, type: "run.started", data, at })
    } else if (roll() < 0.5) {
      const key = `B${events.length}`
      const added = { phase: "B", visit: 1, id: taskId(runId, key), key, title: key, dependsOn: [], estimate: null }
      tasks.push(added.id)
      events.push({ tenant, stream, type: "run.task-added", data: added, at })
    } else {
      const data = { id: taskId(runId, "A1"), key: "A1", phase: "A" }
      events.push({ tenant, stream, type: "run.task-started", data, at })
    }
  }
  const publish = (): void => {
    // Never into a closed month: at its end, somewhere since, or some time ahead.
    const open = endOf(closedThrough)
    const from = oneOf([open, open + below(now - open), now - below(3 * DAY), now + below(5 * DAY)])
    const tiers = (): number | ReadonlyArray<Tier> =>
      roll() < 0.5 ? below(1000) : [[1 + below(5000), below(900)], [6000 + below(5000), below(90)], [null, below(9)]] // biome-ignore format: pairs
    const lines = [
      price("tokens.input", tiers()),
      price("tokens.input", tiers(), "m"),
      price("tokens.output", tiers(), "n"),
      price("session.seconds", tiers()),
      price("approval.decisions", tiers())
    ]
    events.push(books.published(clock(), iso(Math.max(open, from)), ...lines.filter(() => roll() < 0.75)))
  }
  const post = (): void => {
    events.push(
      roll() < 0.5 ? books.credited(clock(), `${1 + below(1e9)}`) : books.adjusted(clock(), `${below(2e6) - 1e6 || 1}`)
    )
  }
  const close = (): void => {
    const over = monthOf(now - 31 * DAY)
    if (over <= closedThrough || endOf(over) > now) return
    closedThrough = over
    events.push(books.closed(clock(), over))
  }
  const budget = (): void => {
    const work = oneOf(sessions).of.id
    const runId = runs.length > 0 ? oneOf(runs) : uuid()
    const scope = oneOf([
      { type: "tenant", id: null },
      { type: "role", id: oneOf(roles) },
      { type: "session", id: work },
      { type: "run", id: runId },
      { type: "phase", id: `${runId}/A` }
    ])
    const data = {
      name: "b",
      scope,
      period: oneOf(["none", "day", "month"]),
      limit: `${below(1e6)}`,
      blocks: false,
      notify: []
    }
    events.push({ tenant, stream: `budget-${uuid()}`, type: "budget.created", data, at: clock() })
  }

  open()
  while (events.length < count) {
    now += below(2 * step)
    const what = roll()
    if (what < 0.08) open()
    else if (what < 0.35) move()
    else if (what < 0.38) events.push(oneOf(sessions).of.works(clock(), someTask()))
    else if (what < 0.75) use()
    else if (what < 0.8) events.push(decided(clock(), tenant))
    else if (what < 0.86) run()
    else if (what < 0.9) publish()
    else if (what < 0.92) post()
    else if (what < 0.97) close()
    else budget()
  }
  return events
}
