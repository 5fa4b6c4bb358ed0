import { roleUrl } from "@sluice/db/migrate"
import { commandBusLayer } from "@sluice/event-store/command-bus"
import { CommandBus } from "@sluice/event-store/command-bus.port"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { Postgres } from "@sluice/postgres"
import { completeTask, type RunContext, type RunDecision, type RunState, run, start, view } from "@sluice/run"
import { Layer, ManagedRuntime, Redacted, Result } from "effect"
import { v7 } from "uuid"
import { sampleActor, sampleTenant } from "./sample.command.ts"

/** Commands on runs through the command bus on Postgres, in this process, with the answer that the API gives. */
export interface RunRuntime {
  readonly start: (phases: number, tasks: number) => Promise<string>
  /** Completes a task, and makes the view of the run as it then is; answers how many tasks are done. */
  readonly completeTask: (id: string, key: string) => Promise<number>
  readonly close: () => Promise<void>
}

/** @param adminUrl a migrated database; the bus connects as the role of the API. */
export const runRuntime = (adminUrl: string): RunRuntime => {
  const url = Redacted.make(roleUrl(adminUrl, "sluice_api"))
  const runtime = ManagedRuntime.make(
    commandBusLayer().pipe(
      Layer.provide(postgresStoreLayer),
      Layer.provide(Postgres.layer({ url, applicationName: "sluice-bench" }))
    )
  )
  const execute = async (id: string, decide: (state: RunState, context: RunContext) => RunDecision) => {
    const done = await runtime.runPromise(
      CommandBus.use((bus) =>
        bus.execute<readonly [RunState], unknown>({
          tenant: sampleTenant,
          actor: sampleActor,
          correlationId: v7(),
          keys: [],
          streams: [{ category: run, id }],
          decide: ([{ state }], { now }) =>
            Result.map(decide(state, { id, actor: sampleActor, now, correlationId: id, freshId: id }), ({ events }) =>
              events.map((event) => ({ stream: 0, event }))
            )
        })
      )
    )
    return view(id, done.streams[0].state)
  }
  return {
    start: async (phases, tasks) => {
      const id = v7()
      await execute(id, (state, context) =>
        start(state, { workflow: "bench", title: "A long run" }, { ...context, ...sampleWorkflow(phases, tasks) })
      )
      return id
    },
    completeTask: async (id, key) =>
      (await execute(id, (state, context) => completeTask(state, key, {}, context))).progress.done,
    close: () => runtime.dispose()
  }
}

/** Key of the n-th task of a phase; both count from 1. */
export const taskKey = (phase: number, task: number): string => `P${phase}.T${task}`

const sampleWorkflow = (phases: number, tasks: number) => {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
  return {
    workflow: { name: "bench", version: 1, digest: "0".repeat(64) },
    definition: {
      phases: numbers(phases).map((phase) => ({
        id: `P${phase}`,
        name: `Phase ${phase} of a long run`,
        transitions: phase === phases ? [] : [`P${phase + 1}`],
        terminal: phase === phases,
        doneDefinitions: [],
        gate: [{ type: "tasks-complete" as const }],
        checkpoint: null,
        signoff: null,
        prompt: "Do the tasks one after the other.",
        nextSteps: [],
        tasks: numbers(tasks).map((task) => ({
          key: taskKey(phase, task),
          title: `Task ${task} of phase ${phase}`,
          dependsOn: task === 1 ? [] : [taskKey(phase, task - 1)],
          estimate: "1h"
        }))
      }))
    }
  }
}
