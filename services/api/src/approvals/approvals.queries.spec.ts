import { ApprovalView } from "@sluice/contracts/approval/approval.views"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { readModels } from "../testing/rows.insert.ts"

const { call, token, database } = await runningApi()
const models = readModels(database.adminUrl)

const request = async (role: string, more: object = {}): Promise<ApprovalView> => {
  const json = { subject: { type: "custom", id: "deploy 7/a" }, required: [{ roles: [role], count: 1 }], ...more }
  const { body } = await call("/v1/approvals", { json })
  await models.approval(body)
  return body
}
const ids = async (query: string, by?: string): Promise<ReadonlyArray<string>> => {
  const { body } = await call(`/v1/approvals?${query}`, by === undefined ? {} : { token: by })
  return body.items.map(({ id }: ApprovalView) => id)
}

describe("reading approvals", () => {
  it("answers one by its id, in the shape of the contract", async () => {
    const made = await request("cto")
    const answer = await call(`/v1/approvals/${made.id}?minVersion=1`)
    expect(answer).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: made })
    expect(Schema.is(ApprovalView)(answer.body)).toBe(true)
  })

  it("lists by role, subject and status", async () => {
    const made = await request("finance", { subject: { type: "task", id: "t & 1" } })
    expect(await ids("role=finance")).toEqual([made.id])
    expect(await ids("subjectType=task&subjectId=t%20%26%201")).toEqual([made.id])
    expect(await ids("subjectType=session&subjectId=t%20%26%201")).toEqual([])
    expect(await ids("role=finance&status=approved")).toEqual([])
  })

  it("lists what awaits me: open places of my roles, not my own requests", async () => {
    const made = await request("legal")
    const lawyer = await token({ sub: "lara", roles: ["legal"] })
    expect(await ids("awaiting=me&role=legal", lawyer)).toEqual([made.id])
    expect(await ids("awaiting=me&role=legal", await token({ sub: "ada", roles: ["legal"] }))).toEqual([])
    expect(await ids("awaiting=me", await token({ sub: "nobody", roles: [] }))).toEqual([])
    const { body } = await call(`/v1/approvals/${made.id}/decisions`, { json: { decision: "reject" }, token: lawyer })
    await models.approval(body)
    expect(await ids("awaiting=me&role=legal", lawyer)).toEqual([])
  })
})
