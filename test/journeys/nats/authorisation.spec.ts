import { connect, nkeyAuthenticator } from "@nats-io/transport-node"
import { freshUser } from "@sluice/ops/nats/accounts/installation"
import { DOOR_ACCOUNT } from "@sluice/ops/nats/accounts/services"
import { describe, expect, it } from "vitest"
import { attempt } from "./authorisation.attempt.ts"
import { table } from "./authorisation.table.ts"
import { startWorld } from "./broker.world.ts"

const world = await startWorld()

it("tries at least 60 pairs of user and deed, each once", () => {
  const pairs = new Set(table.map(({ user, tries }) => `${user} ${tries}`))
  console.log(`${table.length} pairs of user and deed`)
  expect(pairs.size).toBe(table.length)
  expect(table.length).toBeGreaterThanOrEqual(60)
})

it("lets in nobody without a key, or with one it does not know", async () => {
  const servers = world.server.url
  await expect(connect({ servers, reconnect: false })).rejects.toThrow(/authorization/i)
  await expect(connect({ servers, reconnect: false, user: "acme", pass: "acme" })).rejects.toThrow(/authorization/i)
  const authenticator = nkeyAuthenticator(new TextEncoder().encode(freshUser().seed))
  await expect(connect({ servers, reconnect: false, authenticator })).rejects.toThrow(/authorization/i)
})

it("lets the API answer whoever asks it, and write to nobody who did not", async () => {
  const inside = await world.watcher(DOOR_ACCOUNT)
  expect((await inside.request("cmd.acme.session.open", "{}")).string()).toBe("did cmd.acme.session.open")
  const unasked = { send: "_INBOX.somebody", data: "{}", arrivesAt: "_INBOX.somebody", in: DOOR_ACCOUNT }
  expect(await attempt(world, "api", unasked)).toMatchObject({ took: false })
})

describe.for(["allowed", "refused"] as const)("%s", (verdict) => {
  const rows = table.filter((row) => row.verdict === verdict)
  it.for(rows.map((row) => [row.user, row.tries, row] as const))("%s %s", async ([user, , { action }]) => {
    const { took, complaint } = await attempt(world, user, action)
    expect({ took, complaint: took ? complaint : "" }).toEqual({ took: verdict === "allowed", complaint: "" })
    // Who asks for what is not allowed is told so; what is sent to where no one asked for it comes to nothing without a word.
    if (verdict === "refused" && "ask" in action && !("arrivesAt" in action)) expect(complaint).not.toBe("")
  })
})
