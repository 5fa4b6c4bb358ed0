import { Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { changing, reason } from "./run.verbs.ts"
import { accessFlags, given, idArgument, text, texts } from "./shared/flags.ts"

/** What people do with a run's tasks. */

const onTask = { id: idArgument, key: Argument.String("key").pipe(Argument.withDescription("the task's key, like A1")) }

const bare = (name: "startTask" | "reopenTask", verb: string, description: string) =>
  Command.make(verb, { ...onTask, ...accessFlags }, ({ id, key, ...flags }) =>
    changing(flags, (client) => client.runs[name]({ params: { id, key }, headers: {}, payload: {} }))
  ).pipe(Command.withDescription(description))

const because = (name: "failTask" | "deferTask", verb: string, description: string) =>
  Command.make(verb, { ...onTask, reason, ...accessFlags }, ({ id, key, reason, ...flags }) =>
    changing(flags, (client) =>
      client.runs[name]({ params: { id, key }, headers: {}, payload: { reason: Option.getOrNull(reason) } })
    )
  ).pipe(Command.withDescription(description))

const complete = Command.make(
  "complete",
  {
    ...onTask,
    decisions: texts("decision", "what was decided"),
    risks: texts("risk", "what may go wrong"),
    notes: texts("note", "what those who come after must know"),
    artifacts: texts("artifact", "what was made"),
    ...accessFlags
  },
  ({ id, key, decisions, risks, notes, artifacts, ...flags }) =>
    changing(flags, (client) =>
      client.runs.completeTask({ params: { id, key }, headers: {}, payload: { decisions, risks, notes, artifacts } })
    )
).pipe(Command.withDescription("Complete a task; one that is pending is started too"))

const move = Command.make(
  "move",
  { ...onTask, to: text("to", "where it is done instead"), reason, ...accessFlags },
  ({ id, key, to, reason, ...flags }) =>
    changing(flags, (client) =>
      client.runs.moveTask({
        params: { id, key },
        headers: {},
        payload: { to: Option.getOrNull(to), reason: Option.getOrNull(reason) }
      })
    )
).pipe(Command.withDescription("Move a task out of the run"))

const add = Command.make(
  "add",
  {
    ...onTask,
    phase: Flag.String("phase").pipe(Flag.withDescription("the phase that it belongs to")),
    title: Flag.String("title").pipe(Flag.withDescription("what is to be done")),
    dependsOn: texts("depends-on", "key of a task that must be completed first"),
    estimate: text("estimate", "in your own unit, like 4h"),
    ...accessFlags
  },
  ({ id, key, phase, title, dependsOn, estimate, ...flags }) =>
    changing(flags, (client) =>
      client.runs.addTask({
        params: { id },
        headers: {},
        payload: { key, phase, title, dependsOn, ...given("estimate", estimate) }
      })
    )
).pipe(Command.withDescription("Add a task to a phase that the run has not left"))

export const task = Command.make("task").pipe(
  Command.withDescription("Tasks of a run, by their keys"),
  Command.withSubcommands([
    bare("startTask", "start", "Start a task"),
    complete,
    because("failTask", "fail", "Say that a task has failed; it can be started again"),
    because("deferTask", "defer", "Put a task off: it does not count until it is taken up again"),
    move,
    bare("reopenTask", "reopen", "Take a deferred task up again"),
    add
  ])
)
