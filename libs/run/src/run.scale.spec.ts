import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { RunEvent } from "@sluice/contracts/run/run.events"
import { minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { completeTask } from "./run.decide.tasks.ts"
import { anybody, completes, phase, RUN_ID, running, says, type Told } from "./run.spec-support.ts"
import { run } from "./run.stream.ts"
import { view } from "./run.view.ts"

/** A run of a hundred phases and two thousand tasks, each phase with a checkpoint, and every task depending on the one before it. */

const PHASES = 100
const TASKS = 20
const keysOf = (place: number) => Array.from({ length: TASKS }, (_, index) => `T${place}.${index}`)
const drafts = Array.from({ length: PHASES }, (_, place) =>
  phase(`P${place}`, {
    tasks: keysOf(place).map((key, index, keys) => (index === 0 ? key : `${key} < ${keys[index - 1]}`)),
    checkpoint: anybody
  })
)
const start = running(...drafts)
/** All but the last phase's last two tasks. */
const end = drafts.reduce<Told>((told, { id }, place) => {
  const keys = keysOf(place)
  if (place === PHASES - 1) return told.did(...completes(...keys.slice(0, -2)))
  return told.did(...completes(...keys), says(id, "proceed"))
}, start)

/** A command with all that belongs to it: decision, fold of what it yields, and the run as it then is. */
const commanded = ({ state, context, started: { version } }: Told, key: string) => {
  const stamp = { recordedAt: minuteIso(0), actor: context.actor }
  return () => {
    const { events } = Result.getOrThrow(completeTask(state, key, {}, context))
    const facts = events.map((event, index) => ({ ...event, ...stamp, version: version + index + 1 }) as Fact<RunEvent>)
    return view(RUN_ID, facts.reduce(run.evolve, state))
  }
}
const last = commanded(end, `T${PHASES - 1}.${TASKS - 2}`)

describe("a run of 100 phases and 2,000 tasks", () => {
  it("went through them all", () => {
    expect(end.view.progress).toEqual({ done: PHASES * TASKS - 2, total: PHASES * TASKS, percent: 100 })
    expect(last().progress.done).toBe(PHASES * TASKS - 1)
  })
})
