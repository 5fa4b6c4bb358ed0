import { randomBytes } from "node:crypto"
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import { connect, headers } from "@nats-io/transport-node"
import { roleUrl } from "@sluice/db/migrate"
import { Effect } from "effect"
import postgres from "postgres"
import { onTestFinished } from "vitest"
import { play } from "../../demo/demo.play.ts"
import type { Story } from "../../demo/demo.story.ts"
import type { Stack } from "../../dev/stack.ts"
import { verify } from "./verify.ts"

/** Four streams, two of them with several versions. */
const story: Story = {
  about: "for verify",
  people: [
    { name: "ada", roles: ["pm"] },
    { name: "bob", roles: ["manager"] }
  ],
  steps: [
    { does: "open", by: "ada", session: "one", role: "pm" },
    { does: "open", by: "ada", session: "two", role: "pm" },
    { does: "activate", by: "ada", session: "one" },
    { does: "pause", by: "ada", session: "one" },
    {
      does: "request",
      by: "ada",
      approval: "a",
      about: { session: "one" },
      required: [{ roles: ["manager"], count: 1 }]
    },
    { does: "approve", by: "bob", approval: "a" }
  ]
}

/** Plays it on a running stack. */
export const fill = (stack: Stack) =>
  Effect.runPromise(
    play(story, {
      api: stack.api as string,
      tokenOf: ({ name, roles }) =>
        stack.issuer.sign({ tenant: "acme", sub: name, roles: [...roles], scope: "*" }, "1h"),
      onStep: () => {}
    })
  )

export const check = (adminUrl: string, natsUrl: string, waitMillis = 0) =>
  Effect.runPromise(verify({ databaseUrl: roleUrl(adminUrl, "sluice_operator"), natsUrl, waitMillis }))

/** A copy of a database that nobody uses, with damage done to it as its superuser; dropped after the test. */
export const damaged = async (adminUrl: string, damage: string): Promise<string> => {
  const copy = `sluice_test_${randomBytes(6).toString("hex")}`
  const server = postgres(adminUrl.replace(/\/[^/]*$/, "/postgres"), { max: 1, onnotice: () => {} })
  await server.unsafe(`create database ${copy} template ${new URL(adminUrl).pathname.slice(1)}`)
  onTestFinished(async () => {
    await server.unsafe(`drop database ${copy} with (force)`)
    await server.end()
  })
  const url = new URL(adminUrl)
  url.pathname = `/${copy}`
  const sql = postgres(url.href, { max: 1, onnotice: () => {} })
  await sql.unsafe(`set search_path = sluice; ${damage}`)
  await sql.end()
  return url.href
}

/** The broker's EVENTS, to be tampered with. */
export const openEvents = async (natsUrl: string) => {
  const connection = await connect({ servers: natsUrl })
  const manager = await jetstreamManager(connection)
  const client = jetstream(connection)
  return {
    close: () => connection.close(),
    read: async (seq: number) => {
      const message = await manager.streams.getMessage("EVENTS", { seq })
      if (message === null) throw new Error(`There is no message ${seq}`)
      return { subject: message.subject, id: message.header.get("Nats-Msg-Id"), text: message.string() }
    },
    wipe: () => manager.streams.delete("EVENTS"),
    remove: (seq: number) => manager.streams.deleteMessage("EVENTS", seq),
    /** Answers its sequence. */
    publish: async (subject: string, text: string, id: string): Promise<number> => {
      const named = headers()
      named.set("Nats-Msg-Id", id)
      return (await client.publish(subject, text, { headers: named })).seq
    }
  }
}
