import { Nats } from "@sluice/messaging"
import { Effect } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import type { GivenBody } from "../http/body.given.ts"
import { serveNats } from "./nats.doors.ts"

/**
 * The queue's loop as a process of its own, before an app that one command ends at once: `<nats url>`. It writes a line per command
 * that it was asked to handle.
 */
const [url] = process.argv.slice(2) as [string]

const app = Effect.gen(function* () {
  const { source } = yield* HttpServerRequest.HttpServerRequest
  const { role } = (source as GivenBody).value as { readonly role: string }
  process.stdout.write(`handling ${role}\n`)
  // Long enough for others to be in hand, whoever comes first.
  yield* Effect.sleep("20 millis")
  if (role === "poison") process.kill(process.pid, "SIGKILL")
  return HttpServerResponse.text("{}", { status: 201, contentType: "application/json" })
})

Effect.runFork(
  Effect.scoped(Effect.andThen(serveNats(app, { queue: { ackWait: 1_000, watchEvery: 100 } }), Effect.never)).pipe(
    Effect.provide(Nats.layer({ url, name: "poison spec" }))
  )
)
