import { writeFileSync } from "node:fs"
import { Api } from "@sluice/contracts/api"
import type { StatementFormat } from "@sluice/contracts/billing/billing.api"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpApiClient } from "effect/http-api"
import { describeStatement } from "./billing.lines.ts"
import type { Client } from "./shared/api.client.ts"
import { failure, plainly } from "./shared/failure.ts"
import { accessFlags } from "./shared/flags.ts"
import { connect } from "./shared/target.ts"

const decode = HttpApiClient.decodeResponse(Api, { group: "billing", endpoint: "statement" })

/** The statement as the API writes it. */
const written = (client: Client, month: string, format: StatementFormat) =>
  Effect.gen(function* () {
    const response = yield* client.billing.statement({
      params: { month },
      headers: {},
      query: { format },
      responseMode: "response-only"
    })
    if (response.status !== 200) yield* decode(response)
    return yield* response.text
  })

export const statement = Command.make(
  "statement",
  {
    month: Flag.String("month").pipe(
      Flag.withDescription("of which month, for example 2026-10; default: the one that runs"),
      Flag.optional
    ),
    format: Flag.Literals("format", ["table", "json", "csv", "html"]).pipe(
      Flag.withDescription("default: a table; html is one page to print"),
      Flag.withDefault("table" as const)
    ),
    output: Flag.String("output").pipe(
      Flag.withAlias("o"),
      Flag.withMetavar("file"),
      Flag.withDescription("where to"),
      Flag.optional
    ),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ month, format, output, json, ...flags }) {
    const client = yield* connect(flags)
    const asked = Option.getOrElse(month, () => new Date().toISOString().slice(0, 7))
    const shown = json ? "json" : format
    const params = { month: asked }
    const document =
      shown === "table"
        ? `${describeStatement(yield* client.billing.statement({ params, headers: {}, query: {} }))}\n`
        : yield* written(client, asked, shown)
    if (Option.isNone(output)) return yield* Console.log(document.trimEnd())
    yield* Effect.try({
      try: () => writeFileSync(output.value, document),
      catch: (cause) => failure(`${output.value} cannot be written: ${cause instanceof Error ? cause.message : cause}`)
    })
  }, plainly)
).pipe(Command.withDescription("What a month comes to; of the one that runs, so far"))
