import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Ending, freePort } from "@sluice/embedded"
import { expect, it, onTestFinished } from "vitest"
import { scratchFolder } from "./scratch.spec-support.ts"
import { type ServiceOptions, startService } from "./service.process.ts"

const program = join(import.meta.dirname, "service.spec-program.ts")

const start = async (options: Partial<ServiceOptions> & Pick<ServiceOptions, "env">) => {
  const service = await startService({ name: "greeter", program, logDir: scratchFolder(), ...options })
  onTestFinished(service.stop)
  return service
}

const greeting = async (url: string): Promise<string> => (await fetch(url)).text()

it("is where its ready line says, with the environment it was given", async () => {
  const service = await start({ env: { GREETING: "hello" } })
  expect(await greeting(service.url)).toBe("hello")
})

it("drains on stop, dies on kill, and comes back on its port", async () => {
  const service = await start({ env: { GREETING: "hello", HTTP_PORT: String(await freePort()) } })
  const { url } = service
  for (const down of [service.stop, service.kill]) {
    await down()
    expect(service.pid).toBeUndefined()
    await expect(greeting(url)).rejects.toThrow()
    await service.start()
    expect(service.url).toBe(url)
    expect(await greeting(url)).toBe("hello")
  }
  expect(readFileSync(service.logFile, "utf8").match(/drained/g)).toHaveLength(1)
})

it("tells of a death that nobody asked for, and of no other", async () => {
  const deaths: Array<Ending> = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const service = await start({
    env: { GREETING: "hello" },
    onDeath: (ending) => {
      deaths.push(ending)
      resolve()
    }
  })
  await service.stop()
  await service.start()
  process.kill(service.pid as number, "SIGKILL")
  await promise
  expect(deaths).toEqual([{ code: null, signal: "SIGKILL" }])
})

it("says why it did not become ready", async () => {
  await expect(start({ env: {} })).rejects.toThrow(
    /greeter did not become ready .*: Bad configuration: GREETING: is not set$/
  )
})

it("says what it crashed of", async () => {
  const missing = join(import.meta.dirname, "no-such-program.ts")
  await expect(start({ env: {}, program: missing })).rejects.toThrow(
    /Error: Cannot find module '.*no-such-program\.ts'/
  )
})

it("can be given up while it starts", async () => {
  const given = new AbortController()
  const starting = start({ env: { GREETING: "hello", NEVER_READY: "1" }, signal: given.signal })
  given.abort(new Error("given up"))
  await expect(starting).rejects.toThrow("given up")
})
