import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import PostalMime, { type Email } from "postal-mime"
import { SMTPServer } from "smtp-server"
import { afterAll, expect, it } from "vitest"
import { journeyStack } from "../support/journey.stack.ts"

/** E-mail from end to end: asked for over HTTP, sent by the service to a real mail server, stopped by the link in it. */

const PUBLIC = "https://sluice.example.com"

const mails: Array<Email> = []
const office = new SMTPServer({
  authOptional: true,
  hideSTARTTLS: true,
  closeTimeout: 50,
  onData: (stream, _, callback) => {
    buffer(stream)
      .then((bytes) => PostalMime.parse(bytes))
      .then((mail) => mails.push(mail))
      .then(() => callback(), callback)
  }
})
await new Promise<void>((resolve) => office.listen(0, "127.0.0.1", resolve))
afterAll(() => new Promise<void>((resolve) => office.close(() => resolve())))

const journey = await journeyStack({
  env: {
    SMTP_URL: `smtp://127.0.0.1:${(office.server.address() as AddressInfo).port}`,
    MAIL_FROM: "Sluice <gate@example.com>",
    PUBLIC_URL: PUBLIC
  }
})

it("tells a role of what waits for it, until somebody clicks the link that stops it", async () => {
  const organisation = journey.organisation()
  const pm = await organisation.person("pm")
  const preferencesOf = (role: string) => `/v1/roles/${role}/notification-preferences`
  const wants = async (role: string) => {
    const body = { mode: "immediate", email: `${role}@example.com` }
    expect(await pm.ask("PUT", preferencesOf(role), { body })).toMatchObject({ status: 200 })
  }
  const ask = async (reason: string, ...roles: ReadonlyArray<string>) => {
    const required = roles.map((role) => ({ roles: [role], count: 1 }))
    const body = { subject: { type: "custom", id: reason }, required, reason }
    expect((await pm.requestApproval(body)).status).toBe(201)
  }
  const received = (address: string) =>
    mails.filter(({ to }) => to?.[0]?.address === address).map(({ text }) => text ?? "")

  await wants("finance")
  await ask("first", "finance")
  await expect.poll(() => received("finance@example.com").length, { timeout: 20_000 }).toBe(1)
  const [mail] = mails as [Email]
  expect(mail.text).toContain("first")

  const link = mail.headers.find(({ key }) => key === "list-unsubscribe")?.value.slice(1, -1) as string
  expect(link.startsWith(`${PUBLIC}/unsubscribe/`)).toBe(true)
  const clicked = await fetch(link.replace(PUBLIC, journey.api), {
    method: "POST",
    body: new URLSearchParams({ "List-Unsubscribe": "One-Click" })
  })
  expect(clicked.status).toBe(200)
  const query = { minVersion: 2, wait: "10s" }
  expect(await pm.ask("GET", preferencesOf("finance"), { query })).toMatchObject({
    status: 200,
    body: { mode: "off", email: "finance@example.com", version: 2 }
  })

  await wants("legal")
  await ask("second", "finance", "legal")
  await expect.poll(() => received("legal@example.com").length, { timeout: 20_000 }).toBe(1)
  expect(received("finance@example.com")).toHaveLength(1)
}, 60_000)
