import { type StackOptions, startStack } from "@sluice/ops/dev/stack"
import { expect, it, onTestFinished } from "vitest"
import { journeyFolder, organisationOf } from "../support/journey.stack.ts"

const dataDir = journeyFolder()
const running = async (options: Partial<StackOptions> = {}) => {
  const stack = await startStack({ dataDir, log: () => {}, ...options })
  onTestFinished(stack.stop)
  return stack
}

it("restart everything: the same answers, byte by byte", { timeout: 120_000 }, async () => {
  const before = await running()
  const { person } = organisationOf(before)
  const pam = await person("pam")
  const max = await person("max", { roles: ["manager"] })
  const key = { "idempotency-key": "once" }
  const opened = await pam.openSession({ role: "pm", metadata: { z: [1, { y: "ü" }], a: null } }, key)
  const { id } = opened.body
  await pam.updateSession(id, { status: "active" })
  const paused = await pam.updateSession(id, { status: "paused", reason: "night" })
  const usage = { usageId: "u-1", meter: "tokens.input", quantity: 5, at: "2026-01-31T12:00:00Z" }
  const reported = await pam.reportUsage(id, usage)
  const required = [{ roles: ["manager"], count: 2 }]
  const asked = await pam.requestApproval({ subject: { type: "session", id }, required })
  const decided = await max.decide(asked.body.id, { decision: "approve", comment: "fine" })
  await pam.readSession(id, { minVersion: reported.version, wait: "10s" })
  await pam.readApproval(asked.body.id, { minVersion: decided.version, wait: "10s" })

  const asking = (who: typeof pam) => ({
    session: () => who.readSession(id),
    sessions: () => who.listSessions({ role: "pm", status: "paused" }),
    approval: () => who.readApproval(asked.body.id),
    approvals: () => who.listApprovals({ subjectId: id }),
    audit: () => who.audit(),
    replay: () => who.openSession({ role: "pm", metadata: { z: [1, { y: "ü" }], a: null } }, key),
    sameStatus: () => who.updateSession(id, { status: "paused" }),
    sameUsage: () => who.reportUsage(id, usage),
    refusal: () => who.updateSession(id, { status: "completed" })
  })
  const answers = async (who: typeof pam) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(asking(who)).map(async ([question, ask]) => {
          const { status, text, headers } = await ask()
          return [question, { status, text, etag: headers.get("etag"), location: headers.get("location") }] as const
        })
      )
    )
  const first = await answers(pam)
  expect(first.replay).toMatchObject({ status: 200, text: opened.text })
  expect(first.sameUsage).toMatchObject({ status: 200, text: reported.text })
  await before.stop()

  const after = await running({ port: Number(new URL(before.api as string).port) })
  expect(await answers(pam)).toEqual(first)
  expect(await answers(pam.via(after.api as string))).toEqual(first)
  const resumed = await pam.updateSession(id, { status: "active" })
  expect(resumed).toMatchObject({
    status: 200,
    version: reported.version + 1,
    body: { createdAt: paused.body.createdAt }
  })
  expect((await pam.readSession(id, { minVersion: resumed.version, wait: "10s" })).body).toEqual(resumed.body)
})
