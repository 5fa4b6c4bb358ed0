import { expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { readModels } from "../testing/rows.insert.ts"
import { runDriver, tasksOf } from "../testing/runs.drive.ts"

const { call, database } = await runningApi()
const { begin, does, completes } = runDriver(call)
const { sql } = readModels(database.adminUrl)

/** Withdraws an approval behind the back of the run that waits for it, as no command of ours does. */
const withdraw = (approvalId: string, version: number) => {
  const metadata = {
    actor: { kind: "system", id: "spec", roles: [] },
    correlationId: approvalId,
    causationId: approvalId
  }
  const command = {
    id: crypto.randomUUID(),
    tenant: "acme",
    keys: [["spec", approvalId, "1", null]],
    streams: [[`approval-${approvalId}`, version]],
    events: [[0, crypto.randomUUID(), "approval.cancelled", 1, { reason: null }, metadata]]
  }
  return sql`select sluice.append(${sql.json([command] as never)})`
}

it("asks anew where a checkpoint waits for an approval that is final", async () => {
  const { id } = await begin([
    { id: "A", tasks: tasksOf("A", 1), checkpoint: true },
    { id: "B", tasks: tasksOf("B", 1) }
  ])
  const { openCheckpoints } = await completes(id, "A1")
  const approvalId = openCheckpoints[0]?.approvalId as string
  expect((await does(id, "unstick")).openCheckpoints).toEqual(openCheckpoints)

  await withdraw(approvalId, 1)
  await call(`/v1/approvals/${approvalId}/decisions`, { json: { decision: "reject" } }) // the API finds out what happened
  const [asked] = (await does(id, "unstick")).openCheckpoints
  expect(asked?.approvalId).toMatch(/^[0-9a-f-]{36}$/)
  expect(asked?.approvalId).not.toBe(approvalId)
  await does(id, "checkpoints/A", { verb: "proceed" })
  expect(await completes(id, "B1")).toMatchObject({ status: "completed" })
})
