import { expect, it, vi } from "vitest"
import { atTerminal } from "./stack.spec-support.ts"

const { json, sluice } = await atTerminal()

it("shows what wants an action until somebody has acted, and puts away what has been seen", async () => {
  const token = (await sluice("token", "--sub", "maria", "--role", "manager")).out
  const as = ["--token", token]
  expect((await sluice("inbox", ...as)).out).toBe("No notifications.\n0 unread, 0 in want of an action")

  const reason = "Two\u001b[31m suppliers left"
  const asked = ["--subject", "custom:deploy 7", "--require", "manager", "--require", "finance", "--reason", reason]
  const { id } = await json("approval", "request", ...asked)
  const { items } = await vi.waitFor(async () => {
    const page = await json("inbox", "--needs-action", ...as)
    expect(page.items).toHaveLength(1)
    return page
  }, 10_000)
  expect(items[0]).toMatchObject({
    rule: "approval-requested",
    audience: { kind: "role", id: "manager" },
    path: `/v1/approvals/${id}`,
    state: "unread"
  })
  const shown = (await sluice("inbox", ...as)).out
  expect(shown).toMatch(/Approval wanted: custom deploy 7 +│ manager +│ wanted +│ unread/)
  expect(shown).toMatch(/1 unread, 1 in want of an action$/)

  const read = (await sluice("inbox", "read", items[0].id, ...as)).out
  expect(read).toMatch(/state +│ read/)
  expect(read).toContain("Two [31m suppliers left")
  await json("approval", "approve", id, ...as)
  await vi.waitFor(async () => expect((await json("inbox", "--needs-action", ...as)).items).toEqual([]), 10_000)
  expect((await sluice("inbox", "--state", "read", ...as)).out).toMatch(/settled .* ago +│ read/)

  expect(await json("inbox", "archive", items[0].id, ...as)).toMatchObject({ state: "archived", needsAction: false })
  await vi.waitFor(async () => expect((await json("inbox", ...as)).items).toEqual([]), 10_000)
  expect((await json("inbox", "--state", "archived", ...as)).items).toMatchObject([{ id: items[0].id }])
})

it.each(
  [
    ["inbox", "read"],
    ["inbox", "read", "no-uuid"],
    ["inbox", "--state", "lost"]
  ].map((args) => [args.join(" "), args] as const)
)("refuses %s", async (_, args) => {
  const said = await sluice(...args)
  expect(said.code).toBe(1)
  expect(said.err).toContain("ERROR")
})

it("finds nobody else's notification", async () => {
  const unknown = "01a1fdc9-7a89-75fa-95df-188c3d800a4c"
  const { code, err } = await sluice("inbox", "archive", unknown)
  expect([code, err]).toEqual([1, expect.stringContaining(`Notification ${unknown} not found`)])
})
