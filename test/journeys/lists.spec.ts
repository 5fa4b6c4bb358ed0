import { describe, expect, it } from "vitest"
import { problemOf } from "../support/journey.caller.ts"
import type { Page, Person } from "../support/journey.person.ts"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const manager = [{ roles: ["manager"], count: 1 }]
const finance = [{ roles: ["finance", "cfo"], count: 1 }]

interface Listed {
  readonly id: string
}
const ids = ({ body }: { readonly body: Page<Listed> }): ReadonlyArray<string> => body.items.map(({ id }) => id)

/** Follows the cursors to the end. */
const allPages = async (list: (query: { cursor?: string }) => Promise<{ body: Page<Listed> }>) => {
  const pages: Array<ReadonlyArray<string>> = []
  let cursor: string | null | undefined
  while (cursor !== null) {
    const page = await list(cursor === undefined ? {} : { cursor })
    pages.push(ids(page))
    cursor = page.body.nextCursor
  }
  return pages
}

describe("sessions", () => {
  const roles = ["pm", "finance", "pm", "finance", "pm", "finance", "finance"]
  const opened = async (pm: Person) => {
    const sessions: Array<string> = []
    for (const role of roles) sessions.push((await pm.openSession({ role })).body.id)
    for (const id of sessions.slice(1, 6)) {
      const { version } = await pm.updateSession(id, { status: "active" })
      await pm.readSession(id, { minVersion: version, wait: "10s" })
    }
    await pm.readSession(sessions[6] as string, { minVersion: 1, wait: "10s" })
    return sessions
  }

  it("?role=finance&status=active: paged, newest first", async () => {
    const pm = await journey.organisation().person("pm")
    const sessions = await opened(pm)
    const newest = sessions.toReversed()
    expect(ids(await pm.listSessions())).toEqual(newest)
    const activeFinance = [5, 3, 1].map((index) => sessions[index])
    expect(ids(await pm.listSessions({ role: "finance", status: "active" }))).toEqual(activeFinance)
    expect(ids(await pm.listSessions({ status: "pending" }))).toEqual([sessions[6], sessions[0]])
    expect(ids(await pm.listSessions({ role: "nobody" }))).toEqual([])
    expect(await allPages((query) => pm.listSessions({ ...query, limit: 3 }))).toEqual([
      newest.slice(0, 3),
      newest.slice(3, 6),
      newest.slice(6)
    ])
    expect(
      await allPages((query) => pm.listSessions({ ...query, role: "finance", status: "active", limit: 2 }))
    ).toEqual([activeFinance.slice(0, 2), activeFinance.slice(2)])
  })

  it("what is opened between two pages moves nothing", async () => {
    const pm = await journey.organisation().person("pm")
    const sessions = await opened(pm)
    const first = await pm.listSessions({ limit: 4 })
    const { body } = await pm.openSession({ role: "pm" })
    await pm.readSession(body.id, { minVersion: 1, wait: "10s" })
    const second = await pm.listSessions({ limit: 4, cursor: first.body.nextCursor as string })
    expect([...ids(first), ...ids(second)]).toEqual(sessions.toReversed())
    expect(second.body.nextCursor).toBeNull()
  })

  it("says of each what reading it says", async () => {
    const pm = await journey.organisation().person("pm")
    const { body } = await pm.openSession({ role: "pm", metadata: { test: "list" } })
    const read = await pm.readSession(body.id, { minVersion: 1, wait: "10s" })
    expect((await pm.listSessions()).body.items).toEqual([read.body])
  })

  it.each([
    ["a limit of none", { limit: 0 }, "/query/limit"],
    ["a limit over 200", { limit: 201 }, "/query/limit"],
    ["a limit that is no number", { limit: "many" }, "/query/limit"],
    ["an unknown status", { status: "asleep" }, "/query/status"],
    ["a cursor that nobody gave out", { cursor: "WzFd" }, "/query/cursor"],
    ["a parameter that is none", { colour: "red" }, "/query/colour"]
  ])("with %s: 400", async (_, query, pointer) => {
    const pm = await journey.organisation().person("pm")
    const refused = await pm.listSessions(query)
    expect(refused.status).toBe(400)
    expect(problemOf(refused).errors?.map((fault) => fault.pointer)).toEqual([pointer])
  })
})

describe("approvals", () => {
  const asked = async (pam: Person, question: object) => {
    const { body } = await pam.requestApproval({ subject: { type: "task", id: "A1" }, required: manager, ...question })
    await pam.readApproval(body.id, { minVersion: 1, wait: "10s" })
    return body.id
  }
  const decided = async (by: Person, id: string, decision: string) => {
    const { version } = await by.decide(id, { decision })
    await by.readApproval(id, { minVersion: version, wait: "10s" })
  }

  it("filter by status, role, subjectType and subjectId, newest first, paged", async () => {
    const { person } = journey.organisation()
    const pam = await person("pam")
    const max = await person("max", { roles: ["manager"] })
    const first = await asked(pam, {})
    const second = await asked(pam, { subject: { type: "custom", id: "B2" }, required: finance })
    const third = await asked(pam, { subject: { type: "custom", id: "A1" }, required: [...manager, ...finance] })
    await decided(max, first, "reject")
    expect(ids(await pam.listApprovals())).toEqual([third, second, first])
    expect(ids(await pam.listApprovals({ status: "rejected" }))).toEqual([first])
    expect(ids(await pam.listApprovals({ role: "cfo" }))).toEqual([third, second])
    expect(ids(await pam.listApprovals({ role: "manager", status: "pending" }))).toEqual([third])
    expect(ids(await pam.listApprovals({ subjectType: "custom" }))).toEqual([third, second])
    expect(ids(await pam.listApprovals({ subjectId: "A1" }))).toEqual([third, first])
    expect(ids(await pam.listApprovals({ subjectType: "task", subjectId: "A1" }))).toEqual([first])
    expect(await allPages((query) => pam.listApprovals({ ...query, limit: 2 }))).toEqual([[third, second], [first]])
  })

  it("awaiting=me: pending, a place for one of my roles, not asked for by me, not decided by me", async () => {
    const { person } = journey.organisation()
    const pam = await person("pam")
    const max = await person("max", { roles: ["manager"] })
    const mia = await person("mia", { roles: ["manager"] })
    const fay = await person("fay", { roles: ["finance"] })
    const two = await asked(pam, { required: [{ roles: ["manager"], count: 2 }] })
    const money = await asked(pam, { required: finance })
    const own = await asked(max, {})
    const done = await asked(pam, {})
    await decided(mia, done, "approve")
    const waiting = async (someone: Person) => ids(await someone.listApprovals({ awaiting: "me" }))
    expect([await waiting(max), await waiting(mia), await waiting(fay), await waiting(pam)]).toEqual([
      [two],
      [own, two],
      [money],
      []
    ])
    await decided(max, two, "approve")
    expect([await waiting(max), await waiting(mia)]).toEqual([[], [own, two]])
  })

  it("awaiting=me goes by what is outstanding: a place that is filled waits for nobody", async () => {
    const { person } = journey.organisation()
    const pam = await person("pam")
    const max = await person("max", { roles: ["manager"] })
    const mia = await person("mia", { roles: ["manager"] })
    const fay = await person("fay", { roles: ["finance"] })
    const id = await asked(pam, { required: [...manager, ...finance] })
    await decided(max, id, "approve")
    const { body } = await pam.readApproval(id)
    expect(body).toMatchObject({ status: "pending", outstanding: [{ roles: ["finance", "cfo"], count: 1 }] })
    expect(ids(await mia.listApprovals({ awaiting: "me" }))).toEqual([])
    expect(ids(await fay.listApprovals({ awaiting: "me" }))).toEqual([id])
  })
})
