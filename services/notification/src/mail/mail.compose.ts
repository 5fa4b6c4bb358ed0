import { DateTime, Option } from "effect"
import { convert } from "html-to-text"
import mustache from "mustache"
import type { MailSettings } from "./mail.config.ts"
import { template } from "./mail.template.ts"
import type { ClaimedMail, MailItem } from "./mails.sql.ts"

/** A mail as it is handed to the mail server. */
export interface Message {
  readonly messageId: string
  readonly from: MailSettings["from"]
  readonly to: { readonly name: ""; readonly address: string }
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly headers: Readonly<Record<string, string | { readonly prepared: true; readonly value: string }>>
}

/** Notifications of one mail at most; of the others it says how many there are. */
export const MOST_ITEMS = 50
const LONGEST_SUBJECT = 150
const LONGEST_BODY = 2_000

/** What would end a line or a header, or show text in another order than it has. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/**
 * The mail to this address.
 * @param token says whose mails the link for unsubscribing stops
 */
export const compose = (mail: ClaimedMail, to: string, settings: MailSettings, token: string): Message => {
  const { from, publicUrl } = settings
  const subject = subjectOf(mail)
  const unsubscribe = `${publicUrl}/unsubscribe/${token}`
  const timeZone = mail.preference?.timeZone ?? "UTC"
  const view = {
    subject,
    isDigest: mail.kind === "digest",
    summary: summaryOf(mail),
    items: mail.items.map((item) => ({
      title: oneLine(item.title),
      lines: linesOf(item.body),
      when: clock(item.createdAt, timeZone),
      needsAction: item.needsAction,
      url: urlOf(publicUrl, item.path)
    })),
    more: mail.total - mail.items.length,
    owner: mail.owner.kind === "role" ? `the role ${mail.owner.id}` : mail.owner.id.replace(/^[^/]*\//, ""),
    tenant: mail.tenant,
    unsubscribe
  }
  const html = mustache.render(template, view, {}, { escape })
  return {
    // The same at every attempt: who gets a mail twice can know it.
    messageId: `<${mail.id}@${from.address.slice(from.address.lastIndexOf("@") + 1)}>`,
    from,
    to: { name: "", address: to },
    subject,
    html,
    text: convert(html, { wordwrap: 78, selectors: [{ selector: "a", options: { linkBrackets: false } }] }),
    headers: {
      "Auto-Submitted": "auto-generated",
      "List-Unsubscribe": { prepared: true, value: `<${unsubscribe}>` },
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"
    }
  }
}

/** What ends text or an attribute's quotes. */
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}
const escape = (value: unknown): string => String(value).replace(/[&<>"']/g, (one) => ENTITIES[one] as string)

const subjectOf = (mail: ClaimedMail): string =>
  shortened(mail.kind === "immediate" ? oneLine((mail.items[0] as MailItem).title) : summaryOf(mail), LONGEST_SUBJECT)

const summaryOf = ({ total, items }: ClaimedMail): string => {
  const waiting = items.filter(({ needsAction }) => needsAction).length
  const what = total === 1 ? "One notification" : `${total} notifications`
  return waiting === 0 ? what : `${what}, ${waiting}${total > items.length ? " or more" : ""} in want of an action`
}

const oneLine = (text: string): string => text.toWellFormed().replace(CONTROLS, " ").trim()

const shortened = (text: string, most: number): string => {
  const characters = [...text]
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`
}

const linesOf = (body: string | null): ReadonlyArray<string> =>
  shortened((body ?? "").toWellFormed(), LONGEST_BODY)
    .split(/\r\n|\r|\n/)
    .map(oneLine)
    .filter((line) => line !== "")

/** Under our own address, whatever the path is. */
const urlOf = (publicUrl: string, path: string | null): string | null =>
  path?.startsWith("/") ? `${publicUrl}${encodeURI(oneLine(path))}` : null

/** `2026-03-29 08:00 Europe/Vienna`. */
const clock = (at: string, timeZone: string): string => {
  const zone = Option.getOrElse(DateTime.zoneFromString(timeZone), () => DateTime.zoneMakeNamedUnsafe("UTC"))
  const local = DateTime.formatIsoZoned(DateTime.makeZonedUnsafe(at, { timeZone: zone }))
  return `${local.slice(0, 10)} ${local.slice(11, 16)} ${DateTime.zoneToString(zone)}`
}
