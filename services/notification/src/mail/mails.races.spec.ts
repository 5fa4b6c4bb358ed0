import { until } from "@sluice/projection/consumer.spec-support"
import { Effect, Redacted } from "effect"
import { beforeEach, describe, expect, it } from "vitest"
import { compose } from "./mail.compose.ts"
import { ann, mailStage, postOffice } from "./mail.spec-support.ts"
import { claimMails, settleMail } from "./mails.sql.ts"
import { mailServer, PATIENCE } from "./mails.transport.ts"

const { admin, ended, notify, rows, run, start, wants } = await mailStage()

beforeEach(() =>
  admin`truncate sluice.mails, sluice.mail_items, sluice.notifications, sluice.preferences`.then(() => {})
)

const claim = (instance: string, rest: { leaseMillis?: number; attempts?: number } = {}) =>
  run(claimMails({ instance, leaseMillis: 60_000, limit: 100, attempts: 8, items: 10, ...rest }))
const count = (values: ReadonlyArray<string>) =>
  Object.values(Object.groupBy(values, (one) => one)).map((some) => some?.length)

describe("the mail server", () => {
  it("may be away and come back: said once, and nothing is lost", async () => {
    const office = await postOffice()
    await office.close()
    const { log, status } = start(office.url(), { retryAfter: [0.05, 0.05, 3600] })
    await wants(ann)
    await notify(ann, ["one", "two", "three"])
    await until(() => status().state === "waiting")
    await notify(ann, ["four", "five"])
    await office.open()
    await ended()
    expect(office.mails.map(({ subject }) => subject).sort()).toEqual(["five", "four", "one", "three", "two"])
    expect(status()).toEqual({ state: "sending" })
    expect(log).toEqual(["Mails cannot be sent for now [object Object]", "Mails can be sent again"])
  })

  it("is asked whether it lets us in before any other mail is tried", async () => {
    const office = await postOffice()
    office.isOpen = false
    const { status } = start(office.url(), { retryAfter: [0.05, 0.05, 0.05, 0.05] })
    await wants(ann)
    await notify(ann, ["one", "two", "three"])
    await until(() => status().state === "waiting")
    await notify(ann, ["four", "five"])
    const before = office.connections
    await until(() => office.connections >= before + 2)
    expect((await rows()).map(({ attempts }) => attempts).sort()).toEqual([0, 0, 1, 1, 1])
    office.isOpen = true
    await ended()
    expect(office.mails).toHaveLength(5)
  })

  it("may break off in the middle, and hang: the mail is tried again", async () => {
    const office = await postOffice()
    let times = 0
    office.takes = async () => {
      times += 1
      if (times === 1) await office.close().then(office.open)
      if (times === 2) await new Promise(() => {})
    }
    start(office.url(), { patience: { connect: 500, silence: 200, whole: 1_000 } })
    await wants(ann)
    await notify(ann)
    await ended()
    expect(await rows()).toMatchObject([{ status: "sent", attempts: 3 }])
    expect(times).toBe(3)
  })
})

describe("the database", () => {
  it("may cut every connection: said at most once, and the mails go out", async () => {
    const office = await postOffice()
    const { log, status } = start(office.url())
    await wants(ann)
    office.takes = async () => {
      office.takes = async () => {}
      await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'sluice_notification' and datname = current_database()`
    }
    await notify(ann, ["one"])
    await ended()
    await notify(ann, ["two"])
    await ended()
    expect(status().state).toBe("sending")
    expect(log.filter((line) => line.startsWith("Mails cannot")).length).toBeLessThanOrEqual(1)
    expect(office.mails.map(({ subject }) => subject)).toEqual(["one", "two"])
  })
})

describe("several instances", () => {
  it("share the mails and send each once", async () => {
    const office = await postOffice()
    office.takes = () => new Promise((resolve) => setTimeout(resolve, 2))
    await wants(ann)
    const titles = Array.from({ length: 120 }, (_, index) => `mail ${index}`)
    await notify(ann, titles)
    const instances = [start(office.url()), start(office.url()), start(office.url())]
    await ended()
    await Promise.all(instances.map(({ stop }) => stop()))
    expect(office.mails.map(({ subject }) => subject).sort()).toEqual(titles.toSorted())
    expect((await rows()).every(({ status, attempts }) => status === "sent" && attempts === 1)).toBe(true)
  })

  it("never claim the same mail at once", async () => {
    await wants(ann)
    await notify(
      ann,
      Array.from({ length: 50 }, (_, index) => `mail ${index}`)
    )
    const claims = await Promise.all(["a", "b", "c", "d"].map((instance) => claim(instance)))
    expect(count(claims.flat().map(({ id }) => id))).toEqual(Array.from({ length: 50 }, () => 1))
  })

  it("pass over what somebody has locked instead of waiting", async () => {
    await wants(ann)
    await notify(ann, ["one", "two"])
    await admin.begin(async (sql) => {
      await sql`select from sluice.mails order by id limit 1 for update`
      expect(await claim("a")).toHaveLength(1)
    })
    expect(await claim("b")).toHaveLength(1)
  })
})

describe("an instance that dies", () => {
  it("after the server took the mail and before that was noted: it is sent again, recognisably", async () => {
    const office = await postOffice()
    await wants(ann)
    await notify(ann)
    const [mail] = await claim("dead", { leaseMillis: 200 })
    const settings = {
      smtpUrl: Redacted.make(office.url()),
      from: { name: "Sluice", address: "gate@example.com" },
      publicUrl: "https://sluice.example.com"
    }
    const server = mailServer(settings.smtpUrl, 1, PATIENCE)
    const message = compose(mail as NonNullable<typeof mail>, "ann@example.com", settings, "token")
    expect(await Effect.runPromise(server.post(message))).toEqual({ outcome: "sent", error: null })
    await Effect.runPromise(server.close)
    start(office.url())
    await ended()
    expect(office.mails.map(({ messageId }) => messageId)).toEqual([message.messageId, message.messageId])
    expect(await rows()).toMatchObject([{ status: "sent", attempts: 2 }])
  })

  it("loses its say: what it notes later changes nothing", async () => {
    await wants(ann)
    await notify(ann)
    const [stale] = await claim("paused", { leaseMillis: 0 })
    const [taken] = await claim("other")
    expect(taken).toMatchObject({ id: stale?.id, attempt: 2 })
    const note = (instance: string, mail: typeof stale) =>
      run(settleMail(instance, mail as NonNullable<typeof mail>, { status: "sent", error: null, retryMillis: null }))
    expect(await note("paused", stale)).toBe(false)
    // The same instance, at an earlier attempt.
    expect(await note("other", stale)).toBe(false)
    expect(await rows()).toMatchObject([{ status: "pending" }])
    expect(await note("other", taken)).toBe(true)
    expect(await rows()).toMatchObject([{ status: "sent" }])
  })

  it("at the last attempt leaves the mail dead, saying that nobody knows", async () => {
    await wants(ann)
    await notify(ann)
    await claim("dead", { leaseMillis: 0, attempts: 1 })
    expect(await claim("other", { attempts: 1 })).toEqual([])
    expect(await rows()).toMatchObject([
      { status: "dead", attempts: 1, error: expect.stringContaining("Nobody knows") }
    ])
  })

  it("by SIGTERM finishes what is under way, and takes no more", async () => {
    const office = await postOffice()
    const under = Promise.withResolvers<() => void>()
    office.takes = () => new Promise(under.resolve)
    await wants(ann)
    await notify(ann, ["one", "two"])
    const { stop } = start(office.url(), { concurrency: 1 })
    const release = await under.promise
    const stopped = stop()
    release()
    await stopped
    expect((await rows()).map(({ status, attempts }) => `${status} ${attempts}`).sort()).toEqual([
      "pending 0",
      "sent 1"
    ])
  })
})
