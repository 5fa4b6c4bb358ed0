import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { EvidenceType } from "@sluice/contracts/run/run.events"
import { Effect, Option } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { changing, phaseArgument, reason } from "./run.verbs.ts"
import { accessFlags, given, text } from "./shared/flags.ts"

/** What people do with a phase of a run. */

const onPhase = {
  run: Argument.String("run").pipe(Argument.withDescription("the run's id (a UUID)")),
  phase: phaseArgument
}

/** A JSON object on a command line. */
const objectIn = (value: string) =>
  Effect.try({
    try: (): JsonObject => {
      const parsed: unknown = JSON.parse(value)
      if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new TypeError("no object")
      return parsed as JsonObject
    },
    catch: () => new CliError.InvalidValue({ option: "attributes", value, expected: "a JSON object", kind: "flag" })
  })

const bare = (name: "validateGate" | "unblockPhase", verb: string, description: string) =>
  Command.make(verb, { ...onPhase, ...accessFlags }, ({ run, phase, ...flags }) =>
    changing(flags, (client) => client.runs[name]({ params: { id: run, phase }, headers: {}, payload: {} }))
  ).pipe(Command.withDescription(description))

export const validate = bare("validateGate", "validate", "Look whether a phase's gate lets it pass")
export const unblock = bare("unblockPhase", "unblock", "Take a block away")

export const evidence = Command.make(
  "evidence",
  {
    ...onPhase,
    type: Flag.Literals("type", EvidenceType.literals).pipe(Flag.withDescription("what it is")),
    ref: Flag.String("ref").pipe(
      Flag.withDescription("where it is: a path, a commit, a link; the same again updates it")
    ),
    title: Flag.String("title").pipe(Flag.withDescription("its name for people")),
    kind: text("kind", "as a gate names it"),
    digest: text("digest", "of its content"),
    attributes: Flag.String("attributes").pipe(
      Flag.withDescription("a JSON object, as a gate asks for them"),
      Flag.mapEffect(objectIn),
      Flag.optional
    ),
    ...accessFlags
  },
  ({ run, phase, type, ref, title, kind, digest, attributes, ...flags }) =>
    changing(flags, (client) =>
      client.runs.recordEvidence({
        params: { id: run, phase },
        headers: {},
        payload: {
          type,
          ref,
          title,
          ...given("kind", kind),
          ...given("digest", digest),
          ...given("attributes", attributes)
        }
      })
    )
).pipe(Command.withDescription("Record what a phase has brought forth"))

export const signoff = Command.make(
  "signoff",
  { ...onPhase, comment: text("comment", "for the reviewers"), ...accessFlags },
  ({ run, phase, comment, ...flags }) =>
    changing(flags, (client) =>
      client.runs.requestSignoff({
        params: { id: run, phase },
        headers: {},
        payload: { comment: Option.getOrNull(comment) }
      })
    )
).pipe(Command.withDescription("Ask the reviewers to sign a phase off; approval approve or reject answers"))

export const leave = Command.make(
  "leave",
  {
    ...onPhase,
    to: text("to", "another phase than the next one"),
    reason,
    baseline: Flag.Boolean("baseline").pipe(
      Flag.withDescription("with its documents as they are; its sign-off is asked for later"),
      Flag.withDefault(false)
    ),
    ...accessFlags
  },
  ({ run, phase, to, reason, baseline, ...flags }) =>
    changing(flags, (client) =>
      client.runs.transition({
        params: { id: run, phase },
        headers: {},
        payload: { ...given("to", to), reason: Option.getOrNull(reason), baseline }
      })
    )
).pipe(Command.withDescription("Leave a phase for the next one or for another; going back needs a reason"))

export const block = Command.make(
  "block",
  { ...onPhase, reason: Argument.String("reason").pipe(Argument.withDescription("why")), ...accessFlags },
  ({ run, phase, reason, ...flags }) =>
    changing(flags, (client) =>
      client.runs.blockPhase({ params: { id: run, phase }, headers: {}, payload: { reason } })
    )
).pipe(Command.withDescription("Block a phase: nothing of it starts, and it is not left"))

export const skip = Command.make("skip", { ...onPhase, reason, ...accessFlags }, ({ run, phase, reason, ...flags }) =>
  changing(flags, (client) =>
    client.runs.skipPhase({
      params: { id: run, phase },
      headers: {},
      payload: { reason: Option.getOrNull(reason) }
    })
  )
).pipe(Command.withDescription("Leave out a phase that has not started"))
