import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { stage } from "@sluice/projection/consumer.spec-support"
import { afterAll, expect, it } from "vitest"
import { newSession, opened } from "./projector.spec-support.ts"

const world = await stage()

it("says when it is ready, projects, answers what operators ask, and ends with 0 when told to", async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("main.ts", import.meta.url))], {
    env: { ...process.env, DATABASE_URL: world.database.urlFor("sluice_projector"), NATS_URL: world.server.url },
    stdio: ["ignore", "pipe", "inherit"]
  })
  afterAll(() => void child.kill("SIGKILL"))
  const lines: AsyncIterator<string> = createInterface(child.stdout)[Symbol.asyncIterator]()
  let url: string | undefined
  while (url === undefined) {
    const { value } = await lines.next()
    const line = JSON.parse(value) as { msg: string; url?: string }
    if (line.msg === "ready") url = line.url
  }
  await world.append(newSession(), 0, [opened()])
  await world.relay()
  await world.caughtUp("projector")
  const ready = await fetch(`${url}/readyz`)
  expect(await ready.json()).toMatchObject({ status: "ready", checks: { projector: { ok: true, detail: "reading" } } })
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toMatch(/^sluice_consumer_applied_total\{consumer="projector"\} 1$/m)
  expect(metrics).toMatch(/^sluice_lease_owner\{lease="consumer-projector"\} 1$/m)
  child.kill("SIGTERM")
  const [code] = await once(child, "exit")
  expect(code).toBe(0)
  expect((await world.checkpoint("projector"))?.running).toBe(false)
})
