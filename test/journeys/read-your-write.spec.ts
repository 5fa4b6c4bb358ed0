import { describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const projector = journey.stack.services.get("projector")

describe("minVersion and wait", () => {
  it("reads what a command has just answered, every time", async () => {
    const pm = await journey.organisation().person("pm")
    const { id } = (await pm.openSession({ role: "pm" })).body
    for (let round = 0; round < 30; round++) {
      const status = round % 2 === 0 ? "active" : "paused"
      const written = await pm.updateSession(id, { status })
      const read = await pm.readSession(id, { minVersion: written.version, wait: "10s" })
      expect(read.body).toEqual(written.body)
    }
  })

  it("not reached: 503 with Retry-After; what is there is still read without minVersion; later it is reached", async () => {
    const { person } = journey.organisation()
    const pam = await person("pam")
    const { id } = (await pam.openSession({ role: "pm" })).body
    await pam.readSession(id, { minVersion: 1, wait: "10s" })
    await projector?.stop()
    const active = await pam.updateSession(id, { status: "active" })
    for (const query of [{ minVersion: 2 }, { minVersion: 2, wait: "200ms" }]) {
      const refused = await pam.readSession(id, query)
      expect(problemOf(refused)).toMatchObject({ status: 503, version: 1, minVersion: 2 })
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0)
    }
    expect(await pam.readSession(id)).toMatchObject({ status: 200, version: 1 })
    const created = await pam.openSession({ role: "pm" })
    expect((await pam.readSession(created.body.id)).status).toBe(404)
    expect((await pam.readSession(created.body.id, { minVersion: 1 })).status).toBe(503)
    const waiting = pam.readSession(id, { minVersion: 2, wait: "10s" })
    await projector?.start()
    expect((await waiting).body).toEqual(active.body)
    const read = await pam.readSession(created.body.id, { minVersion: 1, wait: "10s" })
    expect(read.body).toEqual(created.body)
  })

  it.each([
    ["minVersion", "0"],
    ["minVersion", "two"],
    ["wait", "11s"],
    ["wait", "2 s"],
    ["wait", "-1s"]
  ])("%s=%s: 400", async (parameter, value) => {
    const pm = await journey.organisation().person("pm")
    const { id } = (await pm.openSession({ role: "pm" })).body
    const refused = await pm.readSession(id, { [parameter]: value })
    expect(problemOf(refused)).toMatchObject({ status: 400, errors: [{ pointer: `/query/${parameter}` }] })
  })
})
