import { hash } from "node:crypto"
import type { Unsubscription } from "@sluice/preference"
import { HttpServerResponse } from "effect/http"

/** The pages behind the link in an e-mail: they load nothing, run nothing, and can be shown in nobody's frame. */

const style = "body{font-family:sans-serif;line-height:1.5;color:#222;max-width:36em;margin:4em auto;padding:0 1em}"
const headers = {
  "content-security-policy": [
    "default-src 'none'",
    `style-src 'sha256-${hash("sha256", style, "base64")}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'"
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  "x-robots-tag": "noindex"
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => ENTITIES[one] as string)

const page = (status: number, title: string, body: string) =>
  HttpServerResponse.text(
    `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body><h1>${title}</h1>
${body}
</body>
</html>
`,
    { status, contentType: "text/html; charset=utf-8", headers }
  )

const whose = ({ tenant, owner }: Unsubscription): string =>
  `${owner.kind === "role" ? "the role " : ""}<strong>${escaped(owner.id)}</strong> of ${escaped(tenant)}`

/** Asks; mail programs and scanners that only follow links change nothing. */
export const question = (about: Unsubscription) =>
  page(
    200,
    "Stop e-mails?",
    `<p>No more e-mails will be sent for ${whose(about)}.</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Stop e-mails</button></form>`
  )

export const done = (about: Unsubscription) =>
  page(
    200,
    "E-mails are stopped",
    `<p>No more e-mails are sent for ${whose(about)}. They can be switched on again in the notification preferences.</p>`
  )

export const unknownLink = page(
  404,
  "This link does not work",
  "<p>It is incomplete, or it was made for another installation.</p>"
)

export const notNow = page(503, "Not just now", "<p>Nothing was changed. Please try again in a moment.</p>")
