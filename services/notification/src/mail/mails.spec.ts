import { readUnsubscription, UNSUBSCRIBE } from "@sluice/preference"
import { until } from "@sluice/projection/consumer.spec-support"
import { deriveKeys } from "@sluice/secrets"
import { beforeEach, describe, expect, it } from "vitest"
import { ann, finance, mailStage, postOffice, refusal, secretsKey } from "./mail.spec-support.ts"

const { admin, ended, notify, pass, read, rows, settle, start, wants } = await mailStage()

beforeEach(() =>
  admin`truncate sluice.mails, sluice.mail_items, sluice.notifications, sluice.preferences`.then(() => {})
)

const pm = { kind: "role", id: "pm" } as const

describe("an e-mail", () => {
  it("comes at once, with a way to unsubscribe in one click", async () => {
    const office = await postOffice()
    start(office.url())
    await wants(ann)
    await notify(ann, ["Approval wanted: <b>release</b> 4"])
    await ended()
    const [mail] = office.mails
    expect(office.mails).toHaveLength(1)
    const [row] = await rows()
    expect(mail).toMatchObject({
      from: { name: "Sluice", address: "gate@example.com" },
      to: [{ address: "ann@example.com" }],
      subject: "Approval wanted: <b>release</b> 4",
      messageId: `<${row?.id}@example.com>`
    })
    expect(mail?.html).toContain("&lt;b&gt;release&lt;/b&gt;")
    expect(mail?.text).toContain("https://sluice.example.com/v1/approvals/a-1")
    const header = (key: string) => mail?.headers.find((one) => one.key === key)?.value
    expect(header("list-unsubscribe-post")).toBe("List-Unsubscribe=One-Click")
    const [, token] =
      /^<https:\/\/sluice\.example\.com\/unsubscribe\/([^/>]+)>$/.exec(header("list-unsubscribe") ?? "") ?? []
    expect(await readUnsubscription(token as string, deriveKeys(secretsKey, UNSUBSCRIBE))).toEqual({
      tenant: "acme",
      owner: ann
    })
    expect(row).toMatchObject({ status: "sent", attempts: 1, error: null })
  })

  it("goes where the owner wants it when it is sent", async () => {
    const office = await postOffice()
    await wants(ann)
    await wants(finance)
    await notify(ann)
    await notify(finance)
    await wants(ann, { email: "new@example.com" })
    await wants(finance, { mode: "off" })
    start(office.url())
    await ended()
    expect(office.mails.map(({ to }) => to?.[0]?.address)).toEqual(["new@example.com"])
    expect((await rows()).find(({ owner }) => owner === "role finance")).toMatchObject({
      status: "dropped",
      error: "No e-mails are wanted any more"
    })
  })

  it("tells nothing that is settled by then, nor what its reader has read", async () => {
    const office = await postOffice()
    await wants(ann)
    const [settled, seen] = await notify(ann, ["settled", "seen", "still so"])
    await settle(settled as string)
    await read(seen as string, "user/ann")
    start(office.url())
    await ended()
    expect(office.mails.map(({ subject }) => subject)).toEqual(["still so"])
    expect((await rows()).map(({ status }) => status).sort()).toEqual(["dropped", "dropped", "sent"])
  })
})

describe("a digest", () => {
  it("is one mail, at its time, with what is still so", async () => {
    const office = await postOffice()
    start(office.url())
    await wants(ann, { mode: "digest", timeZone: "Europe/Vienna" })
    await wants(finance, { mode: "digest", email: "finance@example.com" })
    const [one] = await notify(ann, ["first of ann", "second of ann", "third of ann"])
    const [shared, other] = await notify(finance, ["first of finance", "second of finance"])
    await settle(one as string)
    await read(shared as string, "user/ann")
    await settle(other as string)
    await notify(ann, ["fourth of ann"], { settleKey: null })
    await wants(pm)
    await notify(pm, ["at once"])
    await until(() => office.mails.length > 0)
    expect(office.mails.map(({ subject }) => subject)).toEqual(["at once"])
    await pass("26 hours")
    await ended()
    const digests = office.mails.slice(1)
    const to = (address: string) => digests.find((mail) => mail.to?.[0]?.address === address)
    expect(digests).toHaveLength(2)
    expect(to("ann@example.com")?.subject).toBe("3 notifications, 2 in want of an action")
    const text = to("ann@example.com")?.text ?? ""
    expect(text).not.toContain("first of ann")
    const order = ["second", "third", "fourth"].map((word) => text.indexOf(`${word} of ann`))
    expect(order.every((at) => at > 0)).toBe(true)
    expect(order).toEqual(order.toSorted((left, right) => left - right))
    // What one of a role's holders has read is for the others all the same.
    expect(to("finance@example.com")?.text).toContain("first of finance")
  })

  it("is dropped where nothing of it is left", async () => {
    const office = await postOffice()
    await wants(ann, { mode: "digest" })
    for (const id of await notify(ann, ["one", "two"])) await settle(id)
    await pass("26 hours")
    start(office.url())
    await ended()
    expect(office.mails).toEqual([])
    expect(await rows()).toMatchObject([{ status: "dropped", error: "Settled or read before it was sent" }])
  })
})

describe("a mail that fails", () => {
  it("is tried again where the server says later (4xx), under the same Message-ID", async () => {
    const office = await postOffice()
    const ids: Array<string | undefined> = []
    office.takes = async ({ messageId }) => {
      ids.push(messageId)
      if (ids.length < 3) throw refusal(451, "greylisted")
    }
    const { status } = start(office.url())
    await wants(ann)
    await notify(ann)
    await ended()
    expect(await rows()).toMatchObject([{ status: "sent", attempts: 3, error: null }])
    expect(new Set(ids).size).toBe(1)
    expect(status()).toEqual({ state: "sending" })
  })

  it("is dead at once where the server will not have it (5xx), and the others go on", async () => {
    const office = await postOffice({
      onRcptTo: ({ address }, _, callback) =>
        callback(address === "gone@example.com" ? refusal(550, "no such user") : null)
    })
    const { log, status } = start(office.url())
    await wants(ann, { email: "gone@example.com" })
    await wants(finance)
    await notify(ann)
    await notify(finance)
    await ended()
    expect((await rows()).map(({ owner, status, attempts }) => `${owner} ${status} ${attempts}`).sort()).toEqual([
      "actor user/ann dead 1",
      "role finance sent 1"
    ])
    const dead = (await rows()).find(({ status }) => status === "dead")
    expect(dead?.error).toContain("550")
    expect(log.filter((line) => line.startsWith("A mail was given up"))).toHaveLength(1)
    expect(log.join()).not.toContain("gone@example.com")
    expect(status()).toEqual({ state: "sending" })
  })

  it("is dead after its last attempt", async () => {
    const office = await postOffice()
    office.takes = () => Promise.reject(refusal(452, "mailbox full"))
    start(office.url())
    await wants(ann)
    await notify(ann)
    await ended()
    expect(await rows()).toMatchObject([
      { status: "dead", attempts: 4, error: expect.stringContaining("mailbox full") }
    ])
  })

  it("is nobody's fault where the login is refused: it waits, and is not dead", async () => {
    const office = await postOffice({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_, __, callback) => callback(refusal(535, "bad password"))
    })
    const { log, status } = start(office.url("sluice:hush@"), { retryAfter: [3600] })
    await wants(ann)
    await notify(ann)
    await until(() => status().state === "waiting")
    await until(async () => (await rows()).every(({ error }) => error !== null))
    expect(await rows()).toMatchObject([{ status: "pending", attempts: 1, error: expect.stringContaining("535") }])
    expect(log.join()).not.toContain("hush")
  })
})
