import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const program = (service: string) => fileURLToPath(new URL(`../../services/${service}/src/main.ts`, import.meta.url))

/** Runs a service with this environment alone until it ends by itself. */
const run = async (service: string, env: Record<string, string>) => {
  const child = spawn(process.execPath, [program(service)], { env, stdio: ["ignore", "pipe", "pipe"] })
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve))
  const [output, code] = await Promise.all([text(child.stdout), ended, text(child.stderr)])
  const lines = output.trim().split("\n")
  return { code, output, last: JSON.parse(lines.at(-1) as string) as { level: string; msg: string } }
}

const common = {
  DATABASE_URL: "mysql://sluice:hush-hush@127.0.0.1/sluice",
  NATS_URL: "http://127.0.0.1",
  HTTP_PORT: "70000",
  LOG_LEVEL: "chatty"
}

describe("bad configuration: one message names every bad variable and no value, and the service ends with 1", () => {
  it.each([
    ["api", { JWKS_URL: "ftp://keys", COMMAND_QUEUE: "0", JWT_ISSUER: "" }, ["JWT_AUDIENCE"]],
    ["outbox-relay", { EVENTS_MAX_BYTES: "a lot", EVENTS_REPLICAS: "-1" }, []],
    ["projector", {}, []],
    ["coordinator", { SESSION_RETENTION_DAYS: "0", WATCHDOG_EVERY_SECONDS: "now and then" }, []],
    ["billing", { BILLING_CLOSE_AFTER_HOURS: "0", BILLING_PROOF_SECONDS: "often" }, []]
  ])("%s", async (service, own, absent) => {
    const { code, last, output } = await run(service, { ...common, ...own })
    expect(code).toBe(1)
    expect(last.level).toBe("fatal")
    for (const variable of [...Object.keys(common), ...Object.keys(own), ...absent])
      expect(last.msg).toContain(variable)
    expect(output).not.toContain("hush-hush")
  })

  it.each(["api", "outbox-relay", "projector", "coordinator", "notification", "billing"])(
    "%s without any configuration",
    async (service) => {
      const { code, last } = await run(service, {})
      expect(code).toBe(1)
      expect(last.msg).toContain("DATABASE_URL: is not set")
      expect(last.msg).toContain("NATS_URL: is not set")
    }
  )
})
