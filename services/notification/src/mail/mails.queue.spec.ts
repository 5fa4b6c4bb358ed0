import { preferenceId } from "@sluice/contracts/preference/preference.ids"
import { Postgres } from "@sluice/postgres"
import { Effect } from "effect"
import { beforeEach, describe, expect, it } from "vitest"
import type { FreshNotification } from "../inbox/inbox.reaction.ts"
import { ann, finance, mailStage } from "./mail.spec-support.ts"
import { queueMails } from "./mails.queue.ts"
import { claimMails } from "./mails.sql.ts"

const { admin, notify, pass, rows, run, wants } = await mailStage()

beforeEach(() =>
  admin`truncate sluice.mails, sluice.mail_items, sluice.notifications, sluice.preferences`.then(() => {})
)

const items = () =>
  admin<{ mail: string; count: number }[]>`
    select mail_id as mail, count(*)::int as count from sluice.mail_items group by mail_id order by 2`
const fresh = (id: string): ReadonlyArray<FreshNotification> => [
  { tenant: "acme", id, audience: ann, createdAt: new Date().toISOString(), rule: "approval-requested" }
]

describe("a notification", () => {
  it("is mailed to nobody who never asked for it, or wants it no more", async () => {
    await wants(finance, { mode: "off" })
    await wants(ann, {}, { tenant: "other" })
    await notify(ann)
    await notify(finance)
    expect(await rows()).toEqual([])
  })

  it("is mailed at once to whom wants that, each in a mail of its own", async () => {
    await wants(ann)
    await wants(finance, { email: "finance@example.com" })
    await notify(ann, ["one", "two"])
    await notify(finance)
    const queued = await rows()
    expect(queued.map(({ owner }) => owner).sort()).toEqual(["actor user/ann", "actor user/ann", "role finance"])
    expect(
      queued.every(({ kind, status, attempts }) => kind === "immediate" && status === "pending" && attempts === 0)
    ).toBe(true)
  })

  it("waits for the owner's next digest, by the clocks of the owner's time zone, together with others", async () => {
    await wants(ann, { mode: "digest", timeZone: "Europe/Vienna" })
    await wants(finance, { mode: "digest", digestAt: "18:00", timeZone: "America/New_York" })
    await notify(ann, ["one", "two"])
    await notify(ann, ["three"])
    await notify(finance)
    expect((await items()).map(({ count }) => count)).toEqual([1, 3])
    const [vienna] = await admin`
      select (due_at at time zone 'Europe/Vienna')::time::text as clock, due_at > now() and due_at <= now() + interval '25 hours' as next
      from sluice.mails where owner_id = 'user/ann'`
    expect(vienna).toEqual({ clock: "07:30:00", next: true })
    const [york] = await admin`
      select (due_at at time zone 'America/New_York')::time::text as clock from sluice.mails where owner_id = 'finance'`
    expect(york).toEqual({ clock: "18:00:00" })
  })

  it("is mailed to nobody when it is older than a day: whoever starts on an old log sends no mails of last year", async () => {
    await wants(ann)
    const [first] = await notify(ann)
    await admin`truncate sluice.mails, sluice.mail_items`
    const [told] = fresh(first as string) as [FreshNotification]
    const hoursAgo = (hours: number) => [{ ...told, createdAt: new Date(Date.now() - hours * 3_600_000).toISOString() }]
    await run(queueMails(hoursAgo(25)))
    expect(await rows()).toEqual([])
    await run(queueMails(hoursAgo(23)))
    expect(await rows()).toHaveLength(1)
  })

  it("is queued once, however often it is told", async () => {
    await wants(ann)
    const [first] = await notify(ann)
    await run(queueMails([...fresh(first as string), ...fresh(first as string)]))
    await wants(ann, { mode: "digest" })
    await run(queueMails(fresh(first as string)))
    expect(await rows()).toHaveLength(1)
    const [second] = await notify(ann)
    await run(queueMails(fresh(second as string)))
    expect((await rows()).map(({ kind }) => kind)).toEqual(["immediate", "digest"])
    expect(await items()).toHaveLength(2)
  })

  it("goes with the digest after the one that is being sent at that moment", async () => {
    await wants(ann, { mode: "digest" })
    await notify(ann, ["one"])
    const [{ dueAt }] = (await rows()) as unknown as [{ dueAt: Date }]
    await pass("2 days")
    const claimed = await run(claimMails({ instance: "a", leaseMillis: 60_000, limit: 10, attempts: 8, items: 10 }))
    expect(claimed.map(({ total }) => total)).toEqual([1])
    await admin`update sluice.mails set due_at = ${dueAt}`
    await notify(ann, ["two", "three"])
    expect((await items()).map(({ count }) => count)).toEqual([1, 2])
    const [, next] = await rows()
    expect(next?.dueAt.getTime()).toBe(dueAt.getTime() + 86_400_000)
  })

  it("leaves no mail where its transaction fails", async () => {
    await wants(ann)
    const attempt = Postgres.use((pg) =>
      pg.transaction(
        Effect.andThen(queueMails(fresh("01a1fdc9-7a89-75fa-95df-188c3d800a4c")), Effect.fail("something later fails"))
      )
    )
    expect(await run(Effect.flip(attempt))).toBe("something later fails")
    expect(await rows()).toEqual([])
  })

  it("is of one tenant: ids of mails differ though owner and time are the same", async () => {
    for (const tenant of ["acme", "other"]) {
      await wants(ann, { mode: "digest" }, { tenant })
      await notify(ann, ["one"], { tenant })
    }
    expect(new Set((await rows()).map(({ id }) => id)).size).toBe(2)
    expect(preferenceId(ann)).not.toBe(preferenceId({ kind: "role", id: "user/ann" }))
  })
})
