import { PhaseStatus } from "@sluice/contracts/run/run.views"
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { listPhases } from "./phase.lines.ts"
import { block, evidence, leave, signoff, skip, unblock, validate } from "./phase.verbs.ts"
import { plainly } from "./shared/failure.ts"
import { accessFlags, given, pageFlags, text } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { connect } from "./shared/target.ts"

const list = Command.make(
  "list",
  {
    status: Flag.Literals("status", [...PhaseStatus.literals, "blocked"]).pipe(
      Flag.withDescription("in one status, or blocked"),
      Flag.optional
    ),
    workflow: text("workflow", "of one workflow"),
    role: text("role", "that wait for this role"),
    ...pageFlags,
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ status, workflow, role, limit, cursor, ...flags }) {
    const client = yield* connect(flags)
    const query = {
      limit,
      ...given("status", status),
      ...given("workflow", workflow),
      ...given("role", role),
      ...given("cursor", cursor)
    }
    const page = yield* client.phases.list({ headers: {}, query })
    yield* print(flags.json, page, () => listPhases(page))
  }, plainly)
).pipe(Command.withDescription("List phases across runs: what is under way, and what waits for whom"))

export const phase = Command.make("phase").pipe(
  Command.withDescription("Phases of runs: gates, evidence, sign-offs"),
  Command.withSubcommands([list, evidence, validate, signoff, leave, block, unblock, skip]),
  Command.withExamples([
    { command: "npm run sluice -- phase list --role finance", description: "What waits for finance" },
    { command: "npm run sluice -- phase list --status blocked", description: "What is blocked, and why" }
  ])
)
