import { hostname, userInfo } from "node:os"
import { Postgres } from "@sluice/postgres"
import { auditTarget, type RebuildReport, rebuild as rebuildTarget, rowsTarget } from "@sluice/projection"
import { Effect, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { makeProgress } from "../demo/demo.progress.ts"
import { failure, plainly } from "./shared/failure.ts"
import { json } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { decode, projector, readModels } from "./shared/read-models.ts"
import { renderTable } from "./shared/table.ts"
import { servers } from "./shared/target.ts"

const targets = [
  ...readModels.map(({ consumer, model }) => rowsTarget(model, { consumer, decode })),
  auditTarget(projector)
]
const names = targets.map(({ name }) => name)

export const rebuild = Command.make(
  "rebuild",
  {
    name: Argument.String("name").pipe(Argument.withDescription(`${names.join(", ")}, or all`)),
    check: Flag.Boolean("check").pipe(
      Flag.withDescription("exit 1 where the old table was not as the events say"),
      Flag.withDefault(false)
    ),
    json
  },
  Effect.fnUntraced(function* ({ name, check, json }) {
    const chosen = targets.filter((target) => name === "all" || name === target.name)
    if (chosen.length === 0) return yield* failure(`There is no read model ${name}: name ${names.join(", ")}, or all`)
    const { databaseUrl } = yield* servers
    const reports = yield* Effect.forEach(chosen, rebuildOne).pipe(
      Effect.provide(Postgres.layer({ url: Redacted.make(databaseUrl), applicationName: "sluice-rebuild", max: 2 }))
    )
    yield* print(json, reports, () => reports.map(linesOf).join("\n"))
    if (check && reports.some(({ differing }) => differing > 0)) process.exitCode = 1
  }, plainly)
).pipe(
  Command.withDescription("Build a read model anew from the log beside the old one, compare, and exchange them"),
  Command.withExamples([
    { command: "npm run sluice -- rebuild runs", description: "Runs and their phases, while the projector goes on" },
    { command: "npm run -s sluice -- rebuild all --check --json", description: "Everything, for machines" }
  ])
)

const rebuildOne = (target: (typeof targets)[number]) => {
  const progress = makeProgress(process.stderr)
  let said = ""
  const say = (line: string): void => {
    if (line !== said) progress.say(line)
    said = line
  }
  return rebuildTarget({
    consumer: projector,
    target,
    owner: `${userInfo().username}@${hostname()}`,
    onStep: (step, done, total) => {
      if (step !== "filling") say(`${target.name}: ${step}`)
      else if (process.stderr.isTTY) progress.step(done, total, `events of ${target.name}`)
      else say(`${target.name}: ${step}, ${Math.floor((10 * done) / Math.max(1, total)) * 10} %`)
    }
  }).pipe(Effect.ensuring(Effect.sync(progress.end)))
}

const linesOf = ({ name, events, rows, differing, differences, heldFor }: RebuildReport): string => {
  const built = `${name}: ${rows} rows from ${events} events; the projector stood still for ${heldFor} ms.`
  if (differing === 0) return `${built} The old table was the same.`
  const table = renderTable(
    ["table", "key", "what"],
    differences.map(({ table, key, problem }) => [table, key, problem])
  )
  return `${built} Of the old table, ${differing} were not as the events say:\n${table}`
}
