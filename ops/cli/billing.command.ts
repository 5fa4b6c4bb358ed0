import { UsageGroup } from "@sluice/contracts/billing/billing.views"
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { describeBalance, describeUsage, listBudgets } from "./billing.lines.ts"
import { prices } from "./billing.prices.ts"
import { statement } from "./billing.statement.ts"
import { verify } from "./billing.verify.ts"
import { plainly } from "./shared/failure.ts"
import { accessFlags, given, pageFlags, text } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { connect } from "./shared/target.ts"

const usage = Command.make(
  "usage",
  {
    by: Flag.Literals("by", UsageGroup.literals).pipe(
      Flag.withDescription("summed up by what; default: model"),
      Flag.withDefault("model" as const)
    ),
    from: text("from", "first day (UTC), for example 2026-10-01"),
    to: text("to", "day after the last"),
    meter: text("meter", "of one meter"),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ by, from, to, meter, ...flags }) {
    const client = yield* connect(flags)
    const query = { groupBy: by, ...given("from", from), ...given("to", to), ...given("meter", meter) }
    const report = yield* client.billing.usage({ headers: {}, query })
    yield* print(flags.json, report, () => describeUsage(report))
  }, plainly)
).pipe(Command.withDescription("What was used, and what it costs"))

const balance = Command.make(
  "balance",
  accessFlags,
  Effect.fnUntraced(function* (flags) {
    const client = yield* connect(flags)
    const view = yield* client.billing.balance({ headers: {} })
    yield* print(flags.json, view, () => describeBalance(view))
  }, plainly)
).pipe(Command.withDescription("Credits and adjustments less usage"))

const budgets = Command.make(
  "budgets",
  {
    active: Flag.Boolean("active").pipe(Flag.withDescription("only those in force"), Flag.withDefault(false)),
    ...pageFlags,
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ active, limit, cursor, ...flags }) {
    const client = yield* connect(flags)
    const query = { limit, ...(active && { active: "true" as const }), ...given("cursor", cursor) }
    const page = yield* client.budgets.list({ headers: {}, query })
    yield* print(flags.json, page, () => listBudgets(page))
  }, plainly)
).pipe(Command.withDescription("Budgets and how much of them is spent, newest first"))

export const billing = Command.make("billing").pipe(
  Command.withDescription("What is used, what it costs, and who may spend how much"),
  Command.withSubcommands([statement, usage, balance, prices, budgets, verify]),
  Command.withExamples([
    { command: "npm run sluice -- billing statement --month 2026-10", description: "What does October come to?" },
    {
      command: "npm run sluice -- billing statement --month 2026-10 --format html -o october.html",
      description: "The same as a page to print"
    },
    { command: "npm run sluice -- billing usage --by day --from 2026-10-01", description: "Day by day" },
    {
      command: "npm run sluice -- billing prices import cost_models.yaml --effective-from 2026-11-01T00:00:00Z",
      description: "Publish a price book"
    }
  ])
)
