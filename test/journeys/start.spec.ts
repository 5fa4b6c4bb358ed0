import { spawn } from "node:child_process"
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "@sluice/embedded"
import { afterAll, expect, it, onTestFinished } from "vitest"

const dataDir = mkdtempSync(join(tmpdir(), "sluice-start-"))
chmodSync(dataDir, 0o755)
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

/** The line that `npm start -- --json` prints (issue "The spine", a newcomer's two commands). */
interface ReadyLine {
  readonly ready: true
  readonly api: string
  readonly tenant: string
  readonly token: string
  readonly databaseUrl: string
  readonly natsUrl: string
  readonly services: Record<string, { readonly pid: number; readonly metrics: string }>
}

/** Starts everything, gives its ready line to the visit, then ends it as a service manager would. */
const whileRunning = async (port: number, visit: (line: ReadyLine) => Promise<void>): Promise<void> => {
  const program = join(import.meta.dirname, "start.spec-program.ts")
  const options = JSON.stringify({ data: dataDir, port, json: true, stateFile: join(dataDir, "stack.json") })
  const stack = spawn(process.execPath, [program, options], { stdio: ["ignore", "pipe", "inherit"] })
  onTestFinished(() => void stack.kill("SIGKILL"))
  const ended = new Promise<number | null>((resolve) => stack.once("exit", resolve))
  const line = await new Promise<string>((resolve) => stack.stdout.once("data", (data) => resolve(String(data))))
  const ready = JSON.parse(line) as ReadyLine
  await visit(ready)
  stack.kill("SIGTERM")
  expect(await ended).toBe(0)
  for (const { pid } of Object.values(ready.services)) expect(existsSync(`/proc/${pid}`)).toBe(false)
  expect(existsSync(join(dataDir, "stack.json"))).toBe(false)
}

const call = (api: string, token: string, path: string, body?: object): Promise<Response> =>
  fetch(`${api}/v1${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })

it("starts everything, lets its token in, stops cleanly, and keeps the data", { timeout: 120_000 }, async () => {
  const port = await freePort()
  let opened: Record<string, unknown> = {}
  await whileRunning(port, async ({ ready, api, token, services }) => {
    expect({ ready, api }).toEqual({ ready: true, api: `http://127.0.0.1:${port}` })
    expect(Object.keys(services).sort()).toEqual([
      "api",
      "billing",
      "coordinator",
      "notification",
      "outbox-relay",
      "projector"
    ])
    for (const { metrics } of Object.values(services)) {
      expect(await (await fetch(metrics)).text()).toContain("# TYPE")
    }
    const answer = await call(api, token, "/sessions", { role: "pm" })
    expect(answer.status).toBe(201)
    opened = (await answer.json()) as Record<string, unknown>
    const readBack = await call(api, token, `/sessions/${opened.id}?minVersion=1&wait=10s`)
    expect(await readBack.json()).toEqual(opened)
  })
  await whileRunning(port, async ({ api, token }) => {
    expect(await (await call(api, token, `/sessions/${opened.id}`)).json()).toEqual(opened)
  })
})
