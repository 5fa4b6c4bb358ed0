import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { plainly } from "./shared/failure.ts"
import { json } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { servers } from "./shared/target.ts"
import { verifyLines } from "./verify/verify.lines.ts"
import { verify as runVerify } from "./verify/verify.ts"

export const verify = Command.make(
  "verify",
  {
    wait: Flag.Int("wait").pipe(
      Flag.withMetavar("seconds"),
      Flag.withDescription("how long relay and consumers may take to catch up"),
      Flag.withDefault(15)
    ),
    json
  },
  Effect.fnUntraced(function* ({ wait, json }) {
    const onStep = (words: string): void => void process.stderr.write(`${words}\n`)
    const report = yield* runVerify({ ...(yield* servers), waitMillis: wait * 1000, onStep })
    yield* print(json, report, () => verifyLines(report))
    if (!report.ok) process.exitCode = 1
  }, plainly)
).pipe(
  Command.withDescription("Prove that log, JetStream and read models agree; exit 1 when they do not"),
  Command.withExamples([
    { command: "npm run sluice -- verify", description: "Of the running stack" },
    {
      command: "DATABASE_URL=postgres://… NATS_URL=nats://… npm run -s sluice -- verify --json",
      description: "Of servers elsewhere, for machines"
    }
  ])
)
