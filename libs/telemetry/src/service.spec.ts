import { type ChildProcessByStdio, spawn } from "node:child_process"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished } from "vitest"

interface Line {
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}
const env = { DATABASE_URL: "postgres://sluice:hush-hush@127.0.0.1:1/none", NATS_URL: "nats://127.0.0.1:1" }
const program = fileURLToPath(new URL("./service.spec-program.ts", import.meta.url))

/** The specimen in a process of its own. */
const start = (variables: Record<string, string>) => {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, [program], {
    env: variables,
    stdio: ["ignore", "pipe", "ignore"]
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  let printed = ""
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    printed += chunk
  })
  const lines = () =>
    printed
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line)
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
  const ready = async () => {
    await expect.poll(() => lines().map(({ msg }) => msg), { timeout: 20_000 }).toContain("ready")
    return lines().find(({ msg }) => msg === "ready")?.url as string
  }
  return { child, lines, ended, ready, printed: () => printed }
}

describe("runService", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("%s closes the scope, whatever it takes, and ends with 0", async (signal) => {
    const { child, ready, ended, lines } = start({ ...env, PLAN: "works" })
    await ready()
    child.kill(signal)
    expect(await ended).toBe(0)
    expect(lines().slice(-3)).toMatchObject([{ msg: "stopping", signal }, { msg: "drained" }, { msg: "stopped" }])
  })

  it.each([
    ["fails", "the work failed"],
    ["dies", "a bug in the work"]
  ])("work that %s is logged once, drains and ends with 1", async (plan, message) => {
    const { ended, lines } = start({ ...env, PLAN: plan })
    expect(await ended).toBe(1)
    const fatal = lines().filter(({ level }) => level === "fatal")
    expect(fatal).toMatchObject([{ msg: message, err: { message, stack: expect.stringContaining("spec-program") } }])
    expect(lines().map(({ msg }) => msg)).toContain("drained")
  })

  it("a promise that nobody waited for ends the process with 1, and is logged", async () => {
    const { ended, lines } = start({ ...env, PLAN: "rejects" })
    expect(await ended).toBe(1)
    expect(lines().at(-1)).toMatchObject({ level: "fatal", err: { message: "nobody waited for this" } })
  })

  it("work that is done ends with 0", async () => {
    expect(await start({ ...env, PLAN: "ends" }).ended).toBe(0)
  })

  it("bad configuration: one line names every bad variable, no value, nothing is started; ends with 1", async () => {
    const bad = { DATABASE_URL: "mysql://sluice:hush-hush@h/d", HTTP_PORT: "http", LOG_LEVEL: "loud" }
    const { ended, lines, printed } = start({ ...bad, PLAN: "works" })
    expect(await ended).toBe(1)
    expect(lines()).toHaveLength(1)
    const [{ level, msg }] = lines() as [Line]
    expect(level).toBe("fatal")
    for (const variable of ["DATABASE_URL", "NATS_URL", "HTTP_PORT", "LOG_LEVEL"]) expect(msg).toContain(variable)
    expect(printed()).not.toContain("hush-hush")
  })

  it("a port in use: one message, ends with 1", async () => {
    const server = createServer().listen(0, "127.0.0.1")
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once("listening", resolve))
    const { ended, lines } = start({ ...env, PLAN: "works", HTTP_PORT: String((server.address() as AddressInfo).port) })
    expect(await ended).toBe(1)
    expect(lines().at(-1)).toMatchObject({ level: "fatal", msg: expect.stringContaining("EADDRINUSE") })
  })

  it("logs what it is, and never a secret", async () => {
    const { ready, lines, printed } = start({ ...env, PLAN: "works", INSTANCE_ID: "specimen-7" })
    await ready()
    for (const line of lines()) expect(line).toMatchObject({ service: "specimen", instance: "specimen-7" })
    expect(lines()[0]).toMatchObject({ DATABASE_URL: "[Redacted]", headers: { authorization: "[Redacted]" } })
    expect(printed()).not.toContain("hush")
  })

  it("logs nothing below its level", async () => {
    const { ended, lines } = start({ ...env, PLAN: "fails", LOG_LEVEL: "error" })
    await ended
    expect(lines().map(({ level }) => level)).toEqual(["fatal"])
  })
})

describe("the operators' server", () => {
  it("says that it lives, whether it is ready, and what it counts; and of any other path what there is", async () => {
    const url = await start({ ...env, PLAN: "works" }).ready()
    const get = async (path: string, method = "GET") => {
      const response = await fetch(new URL(path, url), { method })
      return { status: response.status, type: response.headers.get("content-type"), text: await response.text() }
    }
    expect(await get("/healthz")).toMatchObject({ status: 200, text: '{"status":"ok"}\n' })
    const before = await get("/readyz")
    expect(before.status).toBe(503)
    expect(JSON.parse(before.text)).toEqual({
      status: "not ready",
      checks: { work: { ok: false, detail: 1 }, silent: { ok: true } }
    })
    expect(JSON.parse((await get("/readyz?verbose")).text)).toMatchObject({ status: "ready" })
    const metrics = await get("/metrics")
    expect(metrics).toMatchObject({ status: 200, type: expect.stringContaining("text/plain") })
    expect(metrics.text).toMatch(/^nodejs_eventloop_lag_seconds \d/m)
    expect(await get("/healthz", "HEAD")).toMatchObject({ status: 200, text: "" })
    expect(await get("/secrets")).toMatchObject({ status: 404, text: expect.stringContaining("/metrics") })
  })

  it("a check that does not answer counts as one that failed", async () => {
    const url = await start({ ...env, PLAN: "works", SILENT: "yes" }).ready()
    const response = await fetch(new URL("/readyz", url))
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      checks: { silent: { ok: false, detail: "no answer within a second" } }
    })
  })
})
