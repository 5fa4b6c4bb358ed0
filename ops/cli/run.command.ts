import { DateTime, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { describeRun } from "./run.lines.ts"
import { brief, context, list, show, timeline } from "./run.reads.ts"
import { task } from "./run.tasks.ts"
import { answer, ask, cancel, fail, pause, proceed, raise, resolve, resume, review, unstick } from "./run.verbs.ts"
import { plainly } from "./shared/failure.ts"
import { accessFlags, given, text } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { connect } from "./shared/target.ts"

const start = Command.make(
  "start",
  {
    workflow: Argument.String("workflow").pipe(Argument.withDescription("its name")),
    title: Flag.String("title").pipe(Flag.withDescription("what this run is about")),
    version: Flag.Int("version").pipe(Flag.withDescription("of the workflow; default: the newest"), Flag.optional),
    deadline: Flag.Date("deadline").pipe(Flag.withDescription("afterwards the run is overdue"), Flag.optional),
    key: text("key", "Idempotency-Key: repeats under one key have one effect"),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ workflow, title, version, deadline, key, ...flags }) {
    const client = yield* connect(flags)
    const payload = {
      workflow,
      title,
      ...given("version", version),
      deadline: Option.getOrNull(Option.map(deadline, (date) => DateTime.fromDateUnsafe(date)))
    }
    const { body } = yield* client.runs.start({ headers: given("idempotency-key", key), payload })
    yield* print(flags.json, body, () => describeRun(body))
  }, plainly)
).pipe(Command.withDescription("Start a run of a workflow"))

export const run = Command.make("run").pipe(
  Command.withDescription("Runs of workflows: phases, tasks, checkpoints, questions"),
  Command.withSubcommands([
    start,
    list,
    show,
    brief,
    timeline,
    context,
    task,
    proceed,
    review,
    pause,
    resume,
    ask,
    answer,
    raise,
    resolve,
    cancel,
    fail,
    unstick
  ]),
  Command.withExamples([
    { command: 'npm run sluice -- run start Release --title "Release 2.4"', description: "Begin" },
    { command: "npm run sluice -- run show 0197…", description: "Where it stands and what waits for whom" },
    { command: "npm run sluice -- run task complete 0197… A1 --note 'Two suppliers left'", description: "Get on" },
    { command: "npm run sluice -- run proceed 0197… A", description: "Confirm the checkpoint after phase A" }
  ])
)
