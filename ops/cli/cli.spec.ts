import { join } from "node:path"
import { testDatabase, testNats } from "@sluice/testing"
import { decodeJwt } from "jose"
import postgres from "postgres"
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest"
import { scratchFolder } from "../dev/scratch.spec-support.ts"

// The commands of a person at a terminal, on a stack that runs; other stacks of this machine are none of its business.
const dataDir = scratchFolder(afterAll)
const stateFile = join(dataDir, "stack.json")
vi.stubEnv("SLUICE_STACK", stateFile)
vi.stubEnv("DATABASE_URL", "")
const { sluice, sluiceUntil } = await import("./cli.spec-support.ts")
const { startStack } = await import("../dev/stack.ts")

const database = await testDatabase()
const broker = await testNats()

it("says how to start a stack where none runs", async () => {
  for (const command of [["session", "list"], ["outbox"], ["token"]]) {
    expect(await sluice(...command)).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("No stack is running here: start one with npm start")
    })
  }
})

describe("on a running stack", () => {
  beforeAll(async () => {
    const servers = { databaseUrl: database.adminUrl, natsUrl: broker.url }
    const stack = await startStack({ dataDir, ...servers, stateFile, log: () => {} })
    return stack.stop
  })
  const json = async (...args: ReadonlyArray<string>) => {
    const { code, out, err } = await sluice(...args, "--json")
    if (code !== 0) throw new Error(err)
    return JSON.parse(out)
  }
  const tokenOf = async (...args: ReadonlyArray<string>): Promise<string> => (await sluice("token", ...args)).out

  it("signs tokens that the API takes, for everything unless told otherwise", async () => {
    expect(decodeJwt(await tokenOf("--sub", "maria", "--role", "manager", "--role", "finance"))).toMatchObject({
      tenant: "acme",
      sub: "maria",
      roles: ["manager", "finance"],
      scope: "*",
      kind: "user"
    })
    const narrow = await tokenOf("--kind", "service", "--scope", "sessions:read", "--expires", "1d")
    const { iat = 0, exp = 0, ...claims } = decodeJwt(narrow)
    expect(claims).toMatchObject({ scope: "sessions:read", kind: "service" })
    expect(exp - iat).toBe(86_400)
    expect((await sluice("session", "list", "--token", narrow)).code).toBe(0)
    const refused = await sluice("session", "open", "--role", "pm", "--token", narrow)
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("lacks the scope sessions:write") })
  })

  it.each([
    ["a tenant that cannot be one", ["--tenant", "ACME"], "--tenant"],
    ["a kind that nobody may claim", ["--kind", "system"], "--kind"],
    ["an unknown scope", ["--scope", "everything"], "--scope"],
    ["a time that is none", ["--expires", "soon"], "--expires soon is no time"]
  ])("signs no token for %s", async (_, flags, complaint) =>
    expect(await sluice("token", ...flags)).toMatchObject({ code: 1, err: expect.stringContaining(complaint) })
  )

  it("leads a session through its life", async () => {
    const { id } = await json("session", "open", "--role", "pm", "--metadata", '{"goal":"ship"}')
    expect(await json("session", "activate", id)).toMatchObject({ status: "active", metadata: { goal: "ship" } })
    expect(await json("session", "usage", id, "--meter", "tokens.input", "--quantity", "7")).toMatchObject({
      sessionId: id,
      quantity: 7
    })
    expect(await json("session", "pause", id, "--reason", "lunch")).toMatchObject({ status: "paused", version: 4 })
    expect(await sluice("session", "complete", id)).toMatchObject({
      code: 1,
      err: expect.stringContaining("Invalid transition from paused to completed")
    })
    await vi.waitFor(async () => expect((await json("session", "show", id)).version).toBe(4), 10_000)
    const { out } = await sluice("session", "list", "--status", "paused")
    expect(out).toContain(id)
    expect(await json("session", "activate", id)).toMatchObject({ status: "active", pausedAt: null })
    expect(await json("session", "fail", id)).toMatchObject({ status: "failed" })
  })

  it("asks, shows what is outstanding, and decides", async () => {
    const asked = await json(
      "approval",
      "request",
      "--subject",
      "task:42",
      "--require",
      "finance",
      "--require",
      "manager,finance:1"
    )
    expect(asked.required).toEqual([
      { roles: ["finance"], count: 1 },
      { roles: ["manager", "finance"], count: 1 }
    ])
    const [maria, felix] = [
      await tokenOf("--sub", "maria", "--role", "manager"),
      await tokenOf("--sub", "felix", "--role", "finance")
    ]
    expect(await sluice("approval", "approve", asked.id)).toMatchObject({
      code: 1,
      err: expect.stringContaining("Who requested this approval cannot decide it")
    })
    const one = await json("approval", "approve", asked.id, "--comment", "fine", "--token", maria)
    expect(one).toMatchObject({ status: "pending", outstanding: [{ roles: ["finance"], count: 1 }] })
    await vi.waitFor(async () => {
      const { items } = await json("approval", "list", "--awaiting-me", "--token", felix)
      expect(items.map(({ id }: { id: string }) => id)).toEqual([asked.id])
    }, 10_000)
    const { out } = await sluice("approval", "approve", asked.id, "--token", felix)
    expect(out).toMatch(/approved[\s\S]*maria[\s\S]*manager[\s\S]*fine[\s\S]*felix/)
    expect((await sluice("approval", "cancel", asked.id)).err).toContain("approved")
  })

  it.each(
    [
      ["approval", "request", "--subject", "nothing", "--require", "pm"],
      ["approval", "request", "--subject", "task:1", "--require", "pm:0"],
      ["approval", "request", "--subject", "task:1"],
      ["session", "show", "no-uuid"],
      ["session", "open", "--role", "pm", "--metadata", "{"],
      ["session", "list", "--status", "lost"],
      ["outbox", "--bogus"]
    ].map((args) => [args.join(" "), args] as const)
  )("refuses %s", async (_, args) => {
    const said = await sluice(...args)
    expect(said.code).toBe(1)
    expect(said.err).toContain("ERROR")
  })

  it("shows outbox and consumers", async () => {
    const last = (await json("outbox")).lastPosition
    await vi.waitFor(
      async () => expect(await json("outbox")).toMatchObject({ depth: 0, floor: last, incarnation: 1 }),
      10_000
    )
    await vi.waitFor(
      async () =>
        expect(await json("consumers")).toMatchObject(
          ["billing", "coordinator", "notification", "projector"].map((consumer) => ({
            consumer,
            lagEvents: 0,
            lagSeconds: 0,
            parked: 0,
            owner: expect.any(String)
          }))
        ),
      10_000
    )
    expect((await sluice("outbox")).out).toMatch(/published up to position/)
    expect((await sluice("consumers")).out).toMatch(/projector/)
  })

  it("shows events as they happen, of one tenant if asked", async () => {
    const mine = await tokenOf("--tenant", "globex", "--sub", "gil")
    const both = async () => {
      await sluice("session", "open", "--role", "pm")
      await sluice("session", "open", "--role", "pm", "--token", mine)
    }
    const seen: Array<string> = []
    const line = await sluiceUntil(
      (text) => {
        seen.push(text)
        return text.includes("gil")
      },
      both,
      "tail",
      "--tenant",
      "globex"
    )
    expect(line).toMatch(/globex {2}session\.opened +session-\S+ v1 {2}by gil \(user\)/)
    expect(seen.filter((text) => text.includes("acme"))).toEqual([])
  })

  it("resolves parked streams by who and why, and verify knows", async () => {
    expect((await sluice("parked", "list")).out).toBe("No event stream is parked.")
    const sql = postgres(database.adminUrl, { max: 1 })
    onTestFinished(() => sql.end())
    const [row] = await sql`
      insert into sluice.consumer_parked
        (consumer, tenant, stream_id, version, queued_version, position, event_id, type, attempts, error)
      select 'other', tenant, stream_id, version, version, position, event_id, type, 5, 'does not fold'
      from sluice.events order by position limit 1 returning tenant, stream_id as stream`
    const { tenant, stream } = row as unknown as { tenant: string; stream: string }
    expect((await sluice("parked", "list")).out).toMatch(/other.*acme.*session\.opened.*does not fold/)
    const found = await sluice("verify", "--wait", "5", "--json")
    expect(found.code).toBe(1)
    expect(JSON.parse(found.out)).toMatchObject({ ok: false, parked: 1, drift: 0, unpublished: 0 })
    expect((await sluice("parked", "skip", tenant, stream)).code).toBe(1)
    const wrong = await sluice("parked", "skip", tenant, stream, "--reason", "made by a test")
    expect(wrong.err).toContain("is not parked for projector")
    const done = await sluice(
      ...["parked", "skip", tenant, stream, "--consumer", "other", "--reason", "made by a test", "--by", "ann"]
    )
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining("Version 1 of") })
    expect(await sql`select skipped_by, reason from sluice.consumer_skipped`).toMatchObject([
      { skipped_by: "ann", reason: "made by a test" }
    ])
    expect((await sluice("parked", "retry", tenant, stream, "--consumer", "other")).err).toContain("goes on already")
  })

  it("says which migrations are applied", async () =>
    expect((await sluice("migrate", "status")).out).toMatch(/create_event_store[\s\S]*Pending: 0/))
})
