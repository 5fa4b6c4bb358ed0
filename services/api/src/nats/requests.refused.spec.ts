import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { findNatsServer, startNats } from "@sluice/embedded"
import { Nats } from "@sluice/messaging"
import { workFolder } from "@sluice/testing/workspace.folder"
import { Effect, Layer, Logger } from "effect"
import { afterAll, expect, it } from "vitest"
import { serveRequests } from "./requests.door.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-refused-"))
const configFile = join(folder, "accounts.conf")
const accounts = (denied: string) =>
  writeFileSync(
    configFile,
    `accounts { A { users: [{ user: a, password: a, permissions: { subscribe: { deny: ${JSON.stringify(denied)} } } }] } }\nno_auth_user: a\n`
  )
accounts("cmd.>")
const server = await startNats({ storeDir: folder, binary: findNatsServer(workFolder), configFile })
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

it("a broker that does not let it take requests is told of once, and asked until it does", async () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => void lines.push(String(message)))
  const answering = () => Effect.succeed({ status: 200, headers: {}, body: Buffer.from("{}") })
  const limits = { messages: 1, bytes: 1_000, drain: 100 }
  const answered = Effect.gen(function* () {
    const connection = yield* (yield* Nats).connection
    const asked = Effect.tryPromise(() => connection.request("cmd.acme.session.open", "{}", { timeout: 500 }))
    yield* Effect.eventually(asked)
  })
  const refusals = () => lines.filter((line) => line.includes("does not let the API")).length
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        yield* serveRequests(answering, limits)
        // Long enough for several attempts.
        yield* Effect.sleep("3500 millis")
        expect(refusals()).toBe(1)
        accounts("other.>")
        yield* Effect.promise(server.reload)
        yield* answered
        expect(refusals()).toBe(1)
      })
    ).pipe(Effect.provide(Layer.merge(Nats.layer({ url: server.url, name: "refused spec" }), Logger.layer([logger]))))
  )
})
