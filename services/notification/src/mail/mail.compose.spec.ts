import { Redacted } from "effect"
import { describe, expect, it } from "vitest"
import { compose } from "./mail.compose.ts"
import type { ClaimedMail, MailItem } from "./mails.sql.ts"

const settings = {
  smtpUrl: Redacted.make("smtp://x"),
  from: { name: "Sluice", address: "gate@example.com" },
  publicUrl: "https://sluice.example.com/api"
}
const item = (rest: Partial<MailItem> = {}): MailItem => ({
  title: "Approval wanted: release 4",
  body: null,
  path: "/v1/approvals/a-1",
  needsAction: true,
  createdAt: "2026-07-01T06:00:00.000Z",
  ...rest
})
const mail = (items: ReadonlyArray<MailItem>, rest: Partial<ClaimedMail> = {}): ClaimedMail => ({
  tenant: "acme",
  id: "5f0d2c62-4c55-5d39-9b57-2f0f0cbe0a44",
  kind: "immediate",
  owner: { kind: "actor", id: "user/ann" },
  attempt: 1,
  preference: { email: "ann@example.com", mode: "immediate", timeZone: "Europe/Vienna" },
  total: items.length,
  items,
  ...rest
})
const composed = (one: ClaimedMail) => compose(one, "ann@example.com", settings, "t.o.ken")

describe("a mail", () => {
  it("says what happened, when by the reader's clock, where to act and how to be left alone", () => {
    const { subject, html, text, to, messageId, headers } = composed(mail([item({ body: "Please look.\n\nSoon." })]))
    expect(subject).toBe("Approval wanted: release 4")
    expect(to).toEqual({ name: "", address: "ann@example.com" })
    expect(messageId).toBe("<5f0d2c62-4c55-5d39-9b57-2f0f0cbe0a44@example.com>")
    for (const part of [html, text]) {
      expect(part).toContain("Approval wanted: release 4")
      expect(part).toContain("2026-07-01 08:00 Europe/Vienna")
      expect(part).toContain("waits for somebody to act")
      expect(part).toContain("https://sluice.example.com/api/v1/approvals/a-1")
      expect(part).toContain("https://sluice.example.com/api/unsubscribe/t.o.ken")
    }
    expect(text).toMatch(/Please look\.\s+Soon\./)
    expect(text).toMatch(/e-mails for ann of\s+acme/)
    expect(text).not.toMatch(/[<>]/)
    expect(headers).toMatchObject({
      "List-Unsubscribe": { value: "<https://sluice.example.com/api/unsubscribe/t.o.ken>" },
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"
    })
  })

  it("of a digest counts what is in it, and what did not fit", () => {
    const items = [item(), item({ title: "Run is completed", needsAction: false, path: null })]
    const digest = composed(mail(items, { kind: "digest", owner: { kind: "role", id: "finance" }, total: 7 }))
    expect(digest.subject).toBe("7 notifications, 1 or more in want of an action")
    expect(digest.text).toContain("and 5 more")
    expect(digest.text).toContain("the role finance")
    expect(digest.html.match(/>Open</g)).toHaveLength(1)
    expect(composed(mail([item({ needsAction: false })], { kind: "digest" })).subject).toBe("One notification")
  })

  it("shows markup as text, whoever wrote it", () => {
    const evil = `<img src=x onerror="alert(1)"><script>x</script></p>"'\`{{tenant}}{{{tenant}}}&amp;`
    const { html, text } = composed(
      mail([item({ title: evil, body: evil, path: `/x"><script>` })], {
        owner: { kind: "role", id: evil },
        preference: { email: "a@b", mode: "digest", timeZone: "UTC" }
      })
    )
    expect(html).not.toMatch(/<(img|script)/)
    expect(html.match(/<a href="/g)).toHaveLength(2)
    expect(html).toContain("{{tenant}}")
    expect(text).toContain(`<script>x</script>`)
  })

  it("has a subject of one line, whatever the title is", () => {
    const { subject, html } = composed(mail([item({ title: "a\r\nBcc: b@example.com\u0000\u2028\u202ec" })]))
    expect(subject).toBe("a Bcc: b@example.com c")
    expect(html).not.toContain("\u202e")
    const long = composed(mail([item({ title: "😀".repeat(400) })])).subject
    expect([...long]).toHaveLength(150)
    expect(composed(mail([item({ title: "half \ud83d" })])).subject.isWellFormed()).toBe(true)
  })

  it.each(["//evil.example.com/x", "/\\evil", "/v1/\r\nx: y"])("links nowhere else (%j)", (path) => {
    const [, href] = composed(mail([item({ path })])).html.match(/<a href="([^"]*)">Open/) ?? []
    expect(href?.startsWith("https://sluice.example.com/api/")).toBe(true)
    expect(href).not.toMatch(/\s/)
  })
  it("links not at all where there is no path of ours", () =>
    expect(composed(mail([item({ path: "https://evil.example.com" })])).html).not.toContain("evil"))

  it("cuts what is too long", () =>
    expect(composed(mail([item({ body: "x".repeat(100_000) })])).html.length).toBeLessThan(10_000))
})
