import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { asking } from "../support/journey.caller.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack({ env: { LOG_LEVEL: "debug" } })
const services = ["api", "outbox-relay", "projector", "coordinator", "notification", "billing"] as const

interface Line {
  readonly level: string
  readonly time: string
  readonly service: string
  readonly instance: string
  readonly msg: string
  readonly [field: string]: unknown
}
const textOf = (service: (typeof services)[number]) =>
  readFileSync(journey.stack.services.get(service)?.logFile as string, "utf8")
const linesOf = (service: (typeof services)[number]) =>
  textOf(service)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line)

it("every line is JSON with time, level, service and instance", async () => {
  const pm = await journey.organisation().person("pm")
  const { id } = (await pm.openSession({ role: "pm" })).body
  await pm.readSession(id, { minVersion: 1, wait: "10s" })
  for (const service of services)
    for (const line of linesOf(service)) {
      expect(line).toMatchObject({ service, level: expect.stringMatching(/^(debug|info|warn|error)$/) })
      expect(new Date(line.time).toISOString()).toBe(line.time)
      expect(line.instance).toBeTruthy()
      expect(line.msg).toBeTruthy()
    }
})

it("a request's lines carry its trace id, whatever became of it", async () => {
  const pm = await journey.organisation().person("pm")
  const answers = [
    await pm.openSession({ role: "pm" }),
    await pm.openSession({}),
    await pm.listSessions({ limit: 0 }),
    await asking(journey.api, undefined)("GET", "/v1/audit")
  ]
  expect(answers.map(({ status }) => status)).toEqual([201, 422, 400, 401])
  for (const { status, headers } of answers) {
    const lines = linesOf("api").filter((line) => line.trace_id === headers.get("x-trace-id"))
    expect(lines.map((line) => line.status)).toContain(status)
  }
})

it("no line holds a token, a password or what was sent", async () => {
  const pm = await journey.organisation().person("pm")
  const forged = `${pm.token.slice(0, -8)}AAAAAAAA`
  const secret = "correct horse battery staple"
  await pm.openSession({ role: "pm", metadata: { password: secret } })
  await pm.openSession({ role: secret.repeat(5) })
  await pm.openSession({ role: "pm" }, { "idempotency-key": secret })
  await asking(journey.api, forged)("GET", "/v1/sessions")
  const passwords = ["sluice_api", "sluice_relay", "sluice_projector"].map(
    (role) => new URL(journey.database.urlFor(role)).password
  )
  const [, , signature] = pm.token.split(".")
  for (const service of services) {
    const text = textOf(service)
    expect(text).not.toBe("")
    for (const word of [...passwords, signature as string, forged, "Bearer ", secret]) expect(text).not.toContain(word)
  }
})
