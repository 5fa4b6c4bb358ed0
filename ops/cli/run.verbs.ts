import type { RunView } from "@sluice/contracts/run/run.views"
import { Effect, Option } from "effect"
import { Argument, Command } from "effect/cli"
import { describeRun } from "./run.lines.ts"
import type { Client } from "./shared/api.client.ts"
import { plainly } from "./shared/failure.ts"
import { accessFlags, given, idArgument, text } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { connect } from "./shared/target.ts"

/** What people do with a run as a whole: its checkpoints, questions and blockers, and whether it goes on. */

interface Failing {
  readonly _tag: string
  readonly message: string
}
interface Flags {
  readonly url: Option.Option<string>
  readonly token: Option.Option<string>
  readonly json: boolean
}

/** Carries a command out and shows the run as it now is. */
export const changing = <E extends Failing, R>(
  flags: Flags,
  change: (client: Client) => Effect.Effect<{ readonly body: RunView }, E, R>
) =>
  plainly(
    Effect.gen(function* () {
      const client = yield* connect(flags)
      const { body } = yield* change(client)
      yield* print(flags.json, body, () => describeRun(body))
    })
  )

export const reason = text("reason", "why; recorded")
export const phaseArgument = Argument.String("phase").pipe(Argument.withDescription("the phase's id"))
const words = (name: string, description: string) => Argument.String(name).pipe(Argument.withDescription(description))

const ending = (name: "pause" | "cancel" | "fail", description: string) =>
  Command.make(name, { id: idArgument, reason, ...accessFlags }, ({ id, reason, ...flags }) =>
    changing(flags, (client) =>
      client.runs[name]({ params: { id }, headers: {}, payload: { reason: Option.getOrNull(reason) } })
    )
  ).pipe(Command.withDescription(description))

export const pause = ending("pause", "Pause a run: nothing starts until it is resumed")
export const cancel = ending("cancel", "Cancel a run for good")
export const fail = ending("fail", "End a run as failed")

const going = (name: "resume" | "unstick", description: string) =>
  Command.make(name, { id: idArgument, ...accessFlags }, ({ id, ...flags }) =>
    changing(flags, (client) => client.runs[name]({ params: { id }, headers: {}, payload: {} }))
  ).pipe(Command.withDescription(description))

export const resume = going("resume", "Go on with a paused run; a refused checkpoint is asked about anew")
export const unstick = going("unstick", "Let go of what would be waited for in vain")

const atCheckpoint = (verb: "proceed" | "review", description: string) =>
  Command.make(
    verb,
    { id: idArgument, phase: phaseArgument, comment: text("comment", "for the record"), ...accessFlags },
    ({ id, phase, comment, ...flags }) =>
      changing(flags, (client) =>
        client.runs.answerCheckpoint({
          params: { id, phase },
          headers: {},
          payload: { verb, comment: Option.getOrNull(comment) }
        })
      )
  ).pipe(Command.withDescription(description))

export const proceed = atCheckpoint("proceed", "Confirm the checkpoint after a phase: what comes later may start")
export const review = atCheckpoint("review", "Say that you look at a checkpoint; it keeps waiting")

/** A question or a blocker stops what it names; the whole run where it names nothing. */
const named = { phase: text("phase", "that it stops"), task: text("task", "that it stops") }

export const ask = Command.make(
  "ask",
  {
    id: idArgument,
    question: words("question", "the question"),
    role: text("role", "whom it is for"),
    ...named,
    ...accessFlags
  },
  ({ id, question, role, phase, task, ...flags }) =>
    changing(flags, (client) =>
      client.runs.askQuestion({
        params: { id },
        headers: {},
        payload: { text: question, ...given("role", role), ...given("phase", phase), ...given("task", task) }
      })
    )
).pipe(Command.withDescription("Ask a question; what it names waits for the answer"))

export const answer = Command.make(
  "answer",
  { id: idArgument, question: words("question", "its id"), answer: words("answer", "the answer"), ...accessFlags },
  ({ id, question, answer, ...flags }) =>
    changing(flags, (client) =>
      client.runs.answerQuestion({ params: { id, note: question }, headers: {}, payload: { answer } })
    )
).pipe(Command.withDescription("Answer a question"))

export const raise = Command.make(
  "raise",
  { id: idArgument, blocker: words("blocker", "what is in the way"), ...named, ...accessFlags },
  ({ id, blocker, phase, task, ...flags }) =>
    changing(flags, (client) =>
      client.runs.raiseBlocker({
        params: { id },
        headers: {},
        payload: { text: blocker, ...given("phase", phase), ...given("task", task) }
      })
    )
).pipe(Command.withDescription("Raise a blocker"))

export const resolve = Command.make(
  "resolve",
  {
    id: idArgument,
    blocker: words("blocker", "its id"),
    resolution: text("resolution", "how; recorded"),
    ...accessFlags
  },
  ({ id, blocker, resolution, ...flags }) =>
    changing(flags, (client) =>
      client.runs.resolveBlocker({
        params: { id, note: blocker },
        headers: {},
        payload: { resolution: Option.getOrNull(resolution) }
      })
    )
).pipe(Command.withDescription("Resolve a blocker"))
