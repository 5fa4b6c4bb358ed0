import { Secret, Text } from "@sluice/config"
import { type Redacted, Schema } from "effect"

/** How mails are sent, as environment variables say it. */

const isUrl = (text: string, ...protocols: ReadonlyArray<string>): boolean =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol) && new URL(text).hostname !== ""

/** `smtp://[user:password@]host[:port]`, `smtps://…`; what nodemailer takes as options may follow as a query (`?requireTLS=true`). */
const SmtpUrl = Text.check(
  Schema.makeFilter((text) => isUrl(text, "smtp:", "smtps:") || "must be a URL that starts with smtp:// or smtps://")
).pipe(Schema.decodeTo(Secret))

const PublicUrl = Text.check(
  Schema.makeFilter(
    (text) =>
      (isUrl(text, "https:", "http:") && !/[?#]/.test(text)) ||
      "must be a URL that starts with https:// or http://, without query and fragment"
  )
)

const ADDRESS = /^[^\s@<>,;:"\p{Cc}]+@[^\s@<>,;:"\p{Cc}]+$/u

/** `address` or `Name <address>`; undefined for anything else. */
const senderOf = (text: string): { readonly name: string; readonly address: string } | undefined => {
  const [, name = "", inBrackets] = /^([^<>"\p{Cc}]*)<([^<>]+)>$/u.exec(text) ?? []
  const address = inBrackets ?? text
  return ADDRESS.test(address) ? { name: name.trim(), address } : undefined
}
const MailFrom = Text.check(
  Schema.makeFilter(
    (text) => senderOf(text) !== undefined || "must be an e-mail address, or a name and an address in <>"
  )
)

const optional = {
  SMTP_URL: Schema.optionalKey(SmtpUrl),
  MAIL_FROM: Schema.optionalKey(MailFrom),
  /** Where people reach the API; links in mails begin with it. */
  PUBLIC_URL: Schema.optionalKey(PublicUrl)
}

/** Without `SMTP_URL` there are no mails; with it the other two are needed, and refused together with whatever else is wrong. */
export const mailFields = (env: Readonly<Record<string, string | undefined>> = process.env): typeof optional =>
  (env.SMTP_URL ?? "").trim() === ""
    ? optional
    : ({ ...optional, MAIL_FROM: MailFrom, PUBLIC_URL: PublicUrl } as unknown as typeof optional)

export interface MailSettings {
  readonly smtpUrl: Redacted.Redacted
  readonly from: { readonly name: string; readonly address: string }
  /** Without a slash at its end. */
  readonly publicUrl: string
}

/** Undefined where no mails are to be sent. */
export const mailSettings = (config: Schema.Struct<typeof optional>["Type"]): MailSettings | undefined => {
  const { SMTP_URL: smtpUrl, MAIL_FROM = "", PUBLIC_URL } = config
  const from = senderOf(MAIL_FROM)
  if (smtpUrl === undefined || from === undefined || PUBLIC_URL === undefined) return undefined
  return { smtpUrl, from, publicUrl: PUBLIC_URL.replace(/\/+$/, "") }
}
