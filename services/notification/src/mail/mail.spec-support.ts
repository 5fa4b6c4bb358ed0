import { randomUUID } from "node:crypto"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import type { Audience } from "@sluice/contracts/notification/notification.views"
import type { PreferenceEvent, PreferenceSet } from "@sluice/contracts/preference/preference.events"
import { preferenceId } from "@sluice/contracts/preference/preference.ids"
import { facts } from "@sluice/contracts/testing/testing.given-when-then"
import { makePool, Postgres } from "@sluice/postgres"
import { preferenceReadModel } from "@sluice/preference/preference.read-model"
import { until } from "@sluice/projection/consumer.spec-support"
import { freshKey, SecretsKey } from "@sluice/secrets"
import { testDatabase } from "@sluice/testing"
import { Effect, Fiber, Layer, Logger, Redacted, Schema } from "effect"
import PostalMime, { type Email } from "postal-mime"
import { SMTPServer, type SMTPServerOptions } from "smtp-server"
import { afterAll, onTestFinished } from "vitest"
import type { FreshNotification } from "../inbox/inbox.reaction.ts"
import { type MailsOptions, makeMails } from "./mails.loop.ts"
import { queueMails } from "./mails.queue.ts"

interface MailRow {
  readonly id: string
  readonly kind: string
  readonly status: string
  readonly attempts: number
  readonly error: string | null
  readonly dueAt: Date
  readonly nextAt: Date
  readonly owner: string
}

/** What specs of mails share: a database, a mail server that keeps what it takes, and loops that start and stop. */

export const ann: Audience = { kind: "actor", id: "user/ann" }
export const finance: Audience = { kind: "role", id: "finance" }
export const secretsKey = Schema.decodeSync(SecretsKey)(freshKey("spec"))

/** An answer of the mail server that says no. */
export const refusal = (responseCode: number, text = "no") => Object.assign(new Error(text), { responseCode })

/**
 * A real mail server on loopback, as long as a test takes. `takes` may refuse a message, or keep it waiting; it lets nobody in
 * unless it `isOpen`, and can be away and come back.
 */
export const postOffice = async (options: SMTPServerOptions = {}) => {
  const mails: Array<Email> = []
  const office = { mails, takes: async (_mail: Email): Promise<void> => {}, connections: 0, isOpen: true }
  let server: SMTPServer | undefined
  let port = 0
  const open = () =>
    new Promise<void>((resolve, reject) => {
      const made = new SMTPServer({
        authOptional: true,
        hideSTARTTLS: true,
        logger: false,
        closeTimeout: 50,
        onConnect: (_, callback) => {
          office.connections += 1
          callback(office.isOpen ? null : refusal(421, "closed"))
        },
        onData: (stream, _, callback) => {
          buffer(stream)
            .then(async (bytes) => {
              const mail = await PostalMime.parse(bytes)
              await office.takes(mail)
              mails.push(mail)
            })
            .then(() => callback(), callback)
        },
        ...options
      })
      server = made
      made.on("error", () => {})
      made.listen(port, "127.0.0.1", () => {
        port = (made.server.address() as AddressInfo).port
        resolve()
      })
      made.server.once("error", reject)
    })
  const close = () => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())))
  await open()
  onTestFinished(close)
  return Object.assign(office, { open, close, url: (user = "") => `smtp://${user}127.0.0.1:${port}` })
}

export const mailStage = async () => {
  const database = await testDatabase()
  const admin = makePool({ url: Redacted.make(database.adminUrl), applicationName: "spec", max: 2 })
  afterAll(() => admin.end({ timeout: 1 }))
  const layer = () =>
    Postgres.layer({ url: Redacted.make(database.urlFor("sluice_notification")), applicationName: "spec", max: 4 })
  const run = <A, E>(effect: Effect.Effect<A, E, Postgres>) => Effect.runPromise(effect.pipe(Effect.provide(layer())))

  /** The row that the consumer keeps of an owner's preferences. */
  const wants = async (
    owner: Audience,
    rest: Partial<typeof PreferenceSet.Type.data> = {},
    { tenant = "acme" } = {}
  ): Promise<void> => {
    const data = {
      owner,
      email: "ann@example.com",
      mode: "immediate",
      digestAt: "07:30",
      timeZone: "UTC",
      ...rest
    } as const
    const state = facts<PreferenceEvent>([{ event: { type: "preference.set", data } }]).reduce(
      preferenceReadModel.evolve,
      preferenceReadModel.initial
    )
    const { version, view, fold } = preferenceReadModel.toRow("", state) ?? {}
    await admin`
      insert into sluice.preferences (tenant, id, version, view, fold, created_at)
      values (${tenant}, ${preferenceId(owner)}, ${version as number}, ${admin.json(view as never)}, ${admin.json(fold as never)}, now())
      on conflict (tenant, id) do update set view = excluded.view`
  }

  /** Notifications as the inbox makes them: rows and mails in one transaction. Answers their ids. */
  const notify = async (
    audience: Audience,
    titles: ReadonlyArray<string> = ["Approval wanted: release 4"],
    { tenant = "acme", settleKey = "approval/a-1" }: { tenant?: string; settleKey?: string | null } = {}
  ): Promise<ReadonlyArray<string>> => {
    const createdAt = new Date().toISOString()
    const made = titles.map((title) => ({ id: randomUUID(), title }))
    const fresh: ReadonlyArray<FreshNotification> = made.map(({ id }) => ({
      tenant,
      id,
      audience,
      createdAt,
      rule: "approval-requested"
    }))
    const rows = Effect.forEach(made, ({ id, title }, index) =>
      Postgres.use((pg) =>
        pg.query(
          (sql) => sql`
            insert into sluice.notifications (tenant, id, rule, audience_kind, audience_id, title, subject, path, event_id, event_type,
              position, settle_key, created_at)
            values (${tenant}, ${id}, 'approval-requested', ${audience.kind}, ${audience.id}, ${title}, 'approval-a-1', '/v1/approvals/a-1',
              ${randomUUID()}, 'approval.requested', 1, ${settleKey}, ${createdAt}::timestamptz + ${index} * interval '1 millisecond')`
        )
      )
    )
    await run(Postgres.use((pg) => pg.transaction(Effect.andThen(rows, queueMails(fresh)))))
    return made.map(({ id }) => id)
  }
  const settle = (id: string) => admin`update sluice.notifications set settled_at = now() where id = ${id}`
  const read = (id: string, actor: string) =>
    admin`insert into sluice.notification_marks (tenant, actor, notification_id, read_at) values ('acme', ${actor}, ${id}, now())`

  const rows = async (): Promise<ReadonlyArray<MailRow>> => admin<MailRow[]>`
    select id, kind, status, attempts, error, due_at as "dueAt", next_at as "nextAt", owner_kind || ' ' || owner_id as owner
    from sluice.mails order by due_at, id`
  /** As if so long had passed for the mails. */
  const pass = (interval: string) => admin`
    update sluice.mails set due_at = due_at - ${interval}::interval, next_at = next_at - ${interval}::interval
    where status = 'pending'`
  /** Once every mail that was queued has ended. */
  const ended = () => until(async () => (await rows()).every(({ status }) => status !== "pending"))

  /** An instance of the loop, as long as a test takes; `log` is what it says. */
  const start = (smtpUrl: string, options: Partial<MailsOptions> = {}) => {
    const log: Array<string> = []
    const running = makeMails({
      instance: randomUUID(),
      smtpUrl: Redacted.make(smtpUrl),
      from: { name: "Sluice", address: "gate@example.com" },
      publicUrl: "https://sluice.example.com",
      secretsKey,
      lookEvery: 20,
      retryAfter: [0.05, 0.05, 0.05],
      ...options
    })
    const listening = Logger.layer([
      Logger.make(({ message }) => void log.push([message].flat().map(String).join(" ")))
    ])
    const fiber = Effect.runFork(running.run.pipe(Effect.provide(Layer.merge(layer(), listening))))
    const stop = () => Effect.runPromise(Fiber.interrupt(fiber))
    onTestFinished(stop)
    return { log, status: running.status, stop }
  }
  return { admin, database, ended, layer, notify, pass, read, rows, run, settle, start, wants }
}
