import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { jetstreamManager } from "@nats-io/jetstream"
import { connect, nkeyAuthenticator, nkeys } from "@nats-io/transport-node"
import { testNats } from "@sluice/testing"
import { afterAll, expect, it } from "vitest"
import type { SluiceEvent } from "./event.types.ts"
import { foreignId, settled } from "./subscription.spec-support.ts"
import { subscribe } from "./subscription.subscribe.ts"

/** A tenant's account that may pull from one durable of the system's, and acknowledge there; everything else is shut. */
const user = nkeys.createUser()
const system = nkeys.createUser()
const seedOf = (pair: ReturnType<typeof nkeys.createUser>): string => new TextDecoder().decode(pair.getSeed())
const durable = "acme-s01"
const api = (verb: string) => `$JS.API.CONSUMER.${verb}.EVENTS.${durable}`
const folder = mkdtempSync(join(tmpdir(), "sluice-client-"))
afterAll(() => rmSync(folder, { recursive: true }))
const configFile = join(folder, "accounts.conf")
writeFileSync(
  configFile,
  `accounts {
    SLUICE {
      jetstream: enabled
      users: [ { nkey: ${system.getPublicKey()} } ]
      exports: [
        { service: "${api("INFO")}", accounts: [ACME] }
        { service: "${api("MSG.NEXT")}", response_type: stream, accounts: [ACME] }
        { service: "$JS.ACK.EVENTS.${durable}.>", accounts: [ACME] }
      ]
    }
    ACME {
      users: [ { nkey: ${user.getPublicKey()} } ]
      imports: [
        { service: { account: SLUICE, subject: "${api("INFO")}" }, to: "sluice.CONSUMER.INFO.EVENTS.${durable}" }
        { service: { account: SLUICE, subject: "${api("MSG.NEXT")}" }, to: "sluice.CONSUMER.MSG.NEXT.EVENTS.${durable}" }
        { service: { account: SLUICE, subject: "$JS.ACK.EVENTS.${durable}.>" } }
      ]
    }
  }`
)
const server = await testNats({ configFile, seed: seedOf(system) })

it("works from a tenant's own account, by nkey and the prefix under which it finds JetStream's API", async () => {
  const connection = await connect({ servers: server.url, authenticator: nkeyAuthenticator(system.getSeed()) })
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name: "EVENTS", subjects: ["evt.>"] })
  await manager.consumers.add("EVENTS", { durable_name: durable, ack_policy: "explicit" })
  const golden = new URL("../../../contracts/golden/session.paused.v1.json", import.meta.url)
  const { default: sample } = await import(golden.href, { with: { type: "json" } })
  for (const streamversion of [1, 2, 3])
    await manager
      .jetstream()
      .publish("evt.acme.session.paused.1", JSON.stringify({ ...sample, streamversion }), { msgID: foreignId() })
  const seen: Array<number> = []
  const options = {
    broker: { servers: server.url, nkeySeed: seedOf(user) },
    apiPrefix: "sluice",
    types: ["session.paused"] as const,
    handler: ({ streamVersion }: SluiceEvent<"session.paused">) => void seen.push(streamVersion)
  }
  const subscription = await subscribe({ ...options, durable })
  await settled({ manager }, durable)
  await subscription.stop()
  expect(seen).toEqual([1, 2, 3])
  await expect(subscribe({ ...options, durable: "globex-s01" })).rejects.toThrow(/Nobody answers for the durable/)
  await connection.close()
})
