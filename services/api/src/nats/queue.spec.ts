import postgres from "postgres"
import { describe, expect, it, onTestFinished } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { natsCaller } from "../testing/nats.caller.ts"
import { expectProblem } from "../testing/problem.expect.ts"

const { broker, call, token, database } = await runningApi({
  doors: { queue: { watchEvery: 100, ackWait: 1_000, messages: 16 } }
})
const standard = await token()
const { connection, manager, leave, stored, left } = await natsCaller(broker.url, standard)

const sessions = async (): Promise<number> => {
  const sql = postgres(database.adminUrl, { max: 1 })
  const [row] = await sql<
    [{ count: number }]
  >`select count(*)::int as count from sluice.streams where stream_id like 'session-%'`
  await sql.end()
  return row.count
}
const handled = () => expect.poll(left, { timeout: 20_000 }).toBe(0)
const fresh = (key: string) => ({ body: { role: "pm" }, headers: { "Idempotency-Key": key } })

describe("a queued command", () => {
  it("is handled once, and leaves the queue", async () => {
    const before = await sessions()
    for (const key of ["a", "b", "a"]) await leave("cmdq.acme.session.open", fresh(key))
    await handled()
    expect(await sessions()).toBe(before + 2)
    const again = await call("/v1/sessions", { json: { role: "pm" }, headers: { "idempotency-key": "a" } })
    expect(again).toMatchObject({ status: 200, headers: { "idempotency-replayed": "true" } })
    expect(await sessions()).toBe(before + 2)
    expect(await stored("REJECTIONS", "rej.acme.session.open")).toEqual([])
  })

  it("that is refused says so once, with the problem that HTTP answers, its key and its place", async () => {
    const id = crypto.randomUUID()
    const headers = { "Idempotency-Key": "nobody", "X-Trace-Id": "b".repeat(32) }
    const sequence = await leave("cmdq.acme.session.update", { params: { id }, body: { status: "active" }, headers })
    await handled()
    const [said, ...more] = await stored("REJECTIONS", "rej.acme.session.update")
    expect(more).toEqual([])
    const overHttp = await call(`/v1/sessions/${id}`, { method: "PUT", json: { status: "active" } })
    expect(said?.body).toEqual(overHttp.body)
    expect(said?.headers).toMatchObject({
      "sluice-status": "404",
      "x-trace-id": "b".repeat(32),
      "idempotency-key": "nobody",
      "sluice-command-sequence": String(sequence)
    })
    expect(JSON.stringify(said)).not.toContain(standard)
  })

  it.each<[string, string, Parameters<typeof leave>[1], number, string]>([
    ["no key", "cmdq.acme.session.open", { body: { role: "pm" } }, 400, "bad-request"],
    ["no token", "cmdq.acme.session.open", { token: "", ...fresh("x") }, 401, "unauthenticated"],
    ["a garbage token", "cmdq.acme.session.open", { token: "x", ...fresh("x") }, 401, "unauthenticated"],
    ["another tenant's token", "cmdq.other.session.open", fresh("x"), 403, "tenant-mismatch"],
    ["no such command", "cmdq.acme.session.close", fresh("x"), 404, "command-unknown"],
    ["too few tokens", "cmdq.acme", fresh("x"), 404, "command-unknown"],
    ["too many tokens", "cmdq.acme.session.open.now", fresh("x"), 404, "command-unknown"],
    [
      "garbage",
      "cmdq.acme.session.open",
      { raw: Buffer.from([0xff, 0]), headers: { "Idempotency-Key": "x" } },
      400,
      "malformed-body"
    ],
    [
      "2 MB",
      "cmdq.acme.session.open",
      { raw: " ".repeat(2_000_000), headers: { "Idempotency-Key": "x" } },
      413,
      "body-too-large"
    ],
    ["U+0000", "cmdq.acme.session.open", { ...fresh("x"), body: { role: "\u0000" } }, 422, "input-refused"]
  ])("with %s is told so", async (_, subject, sent, status, type) => {
    const place = await leave(subject, sent)
    await handled()
    const said = (await stored("REJECTIONS", subject.replace("cmdq", "rej"))).at(-1)
    expectProblem(said as never, status, type)
    expect(said?.headers["sluice-command-sequence"]).toBe(String(place))
  })

  it("with headers that are none is told so, and takes nothing down", async () => {
    const raw = Buffer.from("NATS/1.0\r\nbad name: x\r\n\r\n")
    connection.publish("cmdq.acme.session.open", "{}", { headers: { encode: () => raw } as never })
    const status = Buffer.from("NATS/1.0 503 No Responders\r\n\r\n")
    connection.publish("cmdq.acme.session.open", "{}", { headers: { encode: () => status } as never })
    await connection.flush()
    await leave("cmdq.acme.session.open", fresh("after"))
    await handled()
    const said = await stored("REJECTIONS", "rej.acme.session.open")
    expect(said.some((one) => JSON.stringify(one.body).includes("/headers"))).toBe(true)
  })

  it("with headers as large as the broker takes them is told so, and not kept for want of room to say it", async () => {
    const place = await leave("cmdq.acme.session.open", { token: "", ...fresh("k".repeat(65_480)) })
    await handled()
    const said = (await stored("REJECTIONS", "rej.acme.session.open")).at(-1)
    expectProblem(said as never, 400, "bad-request")
    expect(said?.headers["sluice-command-sequence"]).toBe(String(place))
  })

  it("is not taken for a repeat of another tenant's with the same Nats-Msg-Id", async () => {
    const foreign = { token: await token({ tenant: "other" }), body: { role: "pm" } }
    const headers = { "Idempotency-Key": "order-1", "Nats-Msg-Id": "order-1" }
    await leave("cmdq.acme.session.open", { body: { role: "pm" }, headers })
    await handled()
    const before = await sessions()
    // The broker knows ids by their stream alone, and forgets them as soon as it can.
    const added = async () => {
      await leave("cmdq.other.session.open", { ...foreign, headers })
      await handled()
      return (await sessions()) - before
    }
    await expect.poll(added, { timeout: 5_000, interval: 150 }).toBe(1)
  })

  it("that takes long is not delivered again meanwhile", async () => {
    const sql = postgres(database.adminUrl, { max: 1 })
    onTestFinished(() => sql.end({ timeout: 0 }))
    const before = await sessions()
    await sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(sluice.append_lock_key())`
      await leave("cmdq.acme.session.open", fresh("slow"))
      const began = performance.now()
      const seen: Array<number> = []
      const look = async (): Promise<boolean> => {
        seen.push((await manager.consumers.info("COMMANDS", "commands")).num_redelivered)
        return performance.now() - began > 2_500
      }
      await expect.poll(look, { timeout: 10_000, interval: 50 }).toBe(true)
      expect(Math.max(...seen)).toBe(0)
    })
    await handled()
    expect(await sessions()).toBe(before + 1)
  })
})

describe("what is lost at the broker", () => {
  it.each(["COMMANDS", "REJECTIONS", "PARKED"])("is made anew: the stream %s", async (stream) => {
    const before = await sessions()
    await manager.streams.delete(stream)
    const exists = () =>
      manager.streams.info(stream).then(
        () => true,
        () => false
      )
    await expect.poll(exists, { timeout: 10_000 }).toBe(true)
    await leave("cmdq.acme.session.open", fresh(`anew ${stream}`))
    await handled()
    expect(await sessions()).toBe(before + 1)
  })

  it("is made anew: the durable", async () => {
    const before = await sessions()
    await manager.consumers.delete("COMMANDS", "commands")
    await leave("cmdq.acme.session.open", fresh("durable"))
    await handled()
    expect(await sessions()).toBe(before + 1)
  })

  it("is made anew: everything, and what comes afterwards is handled", async () => {
    const before = await sessions()
    await broker.kill()
    broker.wipeStore()
    await broker.start()
    const again = () =>
      leave("cmdq.acme.session.open", fresh("wiped")).then(
        () => true,
        () => false
      )
    await expect.poll(again, { timeout: 20_000 }).toBe(true)
    await handled()
    expect(await sessions()).toBe(before + 1)
  })
})
