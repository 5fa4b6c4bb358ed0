import { preferenceId } from "@sluice/contracts/preference/preference.ids"
import type { NewEvent } from "@sluice/projection/consumer.spec-support"
import { describe, expect, it } from "vitest"
import { newId, notificationStage } from "../notification.spec-support.ts"
import { notification } from "../registry.ts"

const { admin, append, consume, settled } = await notificationStage()

const preferences = (role: string) => `preference-${preferenceId({ kind: "role", id: role })}`
const set = (role: string, mode: string): NewEvent => ({
  type: "preference.set",
  data: { owner: { kind: "role", id: role }, email: "x@example.com", mode, digestAt: "08:00", timeZone: "UTC" }
})
const warned = (...notify: ReadonlyArray<string>): NewEvent => ({
  type: "budget.warned",
  data: {
    budgetId: "b-1",
    name: "tokens",
    scope: { type: "tenant", id: null },
    periodStart: null,
    limit: "100",
    spent: "80",
    notify: [...notify]
  }
})
const mails = () => admin<{ owner: string; kind: string }[]>`
  select owner_id as owner, kind from sluice.mails order by owner_id`
const running = (isConfigured: boolean) => consume(notification({ onDue: () => {}, mails: isConfigured }).reactions)

describe("an event", () => {
  it("is mailed by the preferences that were set before it, though both come in one batch", async () => {
    await append(preferences("old"), 0, [set("old", "off")])
    await append(preferences("gone"), 0, [set("gone", "immediate")])
    const { stop } = running(true)
    await settled()
    await append(preferences("old"), 1, [set("old", "digest")])
    await append(preferences("gone"), 1, [
      { type: "preference.unsubscribed", data: { owner: { kind: "role", id: "gone" } } }
    ])
    await append(preferences("new"), 0, [set("new", "immediate")])
    await append(newId("budget"), 0, [warned("old", "gone", "new", "nobody")])
    await settled()
    expect(await mails()).toEqual([
      { owner: "new", kind: "immediate" },
      { owner: "old", kind: "digest" }
    ])
    await stop()
  })

  it("is mailed to nobody where no mails are configured", async () => {
    await admin`truncate sluice.mails, sluice.mail_items`
    const { stop } = running(false)
    await append(newId("budget"), 0, [warned("new")])
    await settled()
    expect(await mails()).toEqual([])
    const [row] = await admin`select count(*)::int as count from sluice.notifications where audience_id = 'new'`
    expect(row).toEqual({ count: 2 })
    await stop()
  })
})
