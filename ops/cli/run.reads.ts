import { RunStatus } from "@sluice/contracts/run/run.views"
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { describeBrief, describeContext, describeStanding, listRuns } from "./run.lines.ts"
import { renderTimeline } from "./run.timeline.ts"
import { plainly } from "./shared/failure.ts"
import { accessFlags, given, idArgument, pageFlags, text } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { connect } from "./shared/target.ts"
import { stdoutTerminal } from "./shared/terminal.ts"

/** The questions that people ask about runs. */

export const list = Command.make(
  "list",
  {
    status: Flag.Literals("status", RunStatus.literals).pipe(Flag.withDescription("in one status"), Flag.optional),
    workflow: text("workflow", "of one workflow"),
    ...pageFlags,
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ status, workflow, limit, cursor, ...flags }) {
    const client = yield* connect(flags)
    const query = { limit, ...given("status", status), ...given("workflow", workflow), ...given("cursor", cursor) }
    const page = yield* client.runs.list({ headers: {}, query })
    yield* print(flags.json, page, () => listRuns(page))
  }, plainly)
).pipe(Command.withDescription("List runs, newest first"))

// The brief holds whatever the board shows, all of one version.
export const show = Command.make(
  "show",
  { id: idArgument, ...accessFlags },
  Effect.fnUntraced(function* ({ id, ...flags }) {
    const client = yield* connect(flags)
    const { body } = yield* client.runs.brief({ params: { id }, headers: {}, query: {} })
    yield* print(flags.json, body.run, () => describeStanding(body))
  }, plainly)
).pipe(Command.withDescription("Show a run's phases, what waits for whom, and what can be started"))

export const brief = Command.make(
  "brief",
  { id: idArgument, ...accessFlags },
  Effect.fnUntraced(function* ({ id, ...flags }) {
    const client = yield* connect(flags)
    const { body } = yield* client.runs.brief({ params: { id }, headers: {}, query: {} })
    yield* print(flags.json, body, () => describeBrief(body))
  }, plainly)
).pipe(Command.withDescription("Everything one needs in order to go on with a run"))

export const timeline = Command.make(
  "timeline",
  { id: idArgument, ...pageFlags, ...accessFlags },
  Effect.fnUntraced(function* ({ id, limit, cursor, ...flags }) {
    const client = yield* connect(flags)
    const query = { limit, ...given("cursor", cursor) }
    const page = yield* client.runs.timeline({ params: { id }, headers: {}, query })
    const earlier = page.nextCursor === null ? "" : `Earlier: --cursor ${page.nextCursor}\n`
    yield* print(flags.json, page, () => earlier + renderTimeline(page.items, stdoutTerminal()))
  }, plainly)
).pipe(Command.withDescription("Show what happened in a run, the newest entry last"))

export const context = Command.make(
  "context",
  { id: idArgument, phase: text("phase", "only from the phases before this one"), ...accessFlags },
  Effect.fnUntraced(function* ({ id, phase, ...flags }) {
    const client = yield* connect(flags)
    const { body } = yield* client.runs.context({ params: { id }, headers: {}, query: given("phase", phase) })
    yield* print(flags.json, body, () => describeContext(body))
  }, plainly)
).pipe(Command.withDescription("Show the decisions, risks, notes and artifacts that completed tasks left"))
