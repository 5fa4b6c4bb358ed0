import type { Figure } from "../figure.ts"
import { runRuntime, taskKey } from "../ground/run.runtime.ts"
import { inPlainDigits } from "../measure/rounds.ts"
import { median } from "../measure/statistics.ts"

/** Completing every task of a long run, one after the other: the last tenth against the first, snapshots included. */
export const longRun: Figure = {
  name: "long-run",
  question: "cost of a command at the end of a long run / at its start",
  keys: ["run_command_late_vs_early"],
  run: async (ground, size) => {
    const ours = runRuntime(await ground.freshDatabase("runs"))
    const { runPhases: phases, phaseTasks: tasks } = size
    const keys = Array.from({ length: phases * tasks }, (_, n) => taskKey(Math.floor(n / tasks) + 1, (n % tasks) + 1))
    const tenth = Math.ceil(keys.length / 10)
    const rounds: Array<{ early: number; late: number }> = []
    try {
      await complete(ours, await ours.start(1, tasks), keys.slice(0, tasks))
      for (let round = 1; round <= size.rounds; round++) {
        const millis = await complete(ours, await ours.start(phases, tasks), keys)
        const [early, late] = [mean(millis.slice(0, tenth)), mean(millis.slice(-tenth))]
        rounds.push({ early, late })
        ground.say(
          `${keys.length} tasks: ${inPlainDigits(early)} ms at first, ${inPlainDigits(late)} ms at last (${round}/${size.rounds})`
        )
      }
    } finally {
      await ours.close()
    }
    const unit = "ms"
    return {
      wanted: { run_command_late_vs_early: median(rounds.map(({ early, late }) => late / early)) },
      absolute: {
        run_command_early_ms: {
          what: `command on a run of ${keys.length} tasks, first tenth`,
          value: median(rounds.map(({ early }) => early)),
          unit
        },
        run_command_late_ms: {
          what: `command on a run of ${keys.length} tasks, last tenth`,
          value: median(rounds.map(({ late }) => late)),
          unit
        }
      }
    }
  }
}

const complete = async (
  ours: ReturnType<typeof runRuntime>,
  id: string,
  keys: ReadonlyArray<string>
): Promise<ReadonlyArray<number>> => {
  const millis: Array<number> = []
  for (const [index, key] of keys.entries()) {
    const from = performance.now()
    const done = await ours.completeTask(id, key)
    millis.push(performance.now() - from)
    if (done !== index + 1) throw new Error(`${done} tasks are done after the completion of ${index + 1}`)
  }
  return millis
}

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length
