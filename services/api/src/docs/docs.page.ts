import { hash } from "node:crypto"
import type { AsyncApi } from "@sluice/contracts/asyncapi/asyncapi.types"
import mustache from "mustache"
import { escape } from "./docs.markdown.ts"
import { partials, style, template } from "./docs.template.ts"
import { viewOf } from "./docs.view.ts"

/** The page loads nothing, runs nothing, and can be shown in nobody's frame. */
export const pageHeaders = {
  "content-security-policy": [
    "default-src 'none'",
    `style-src 'sha256-${hash("sha256", style, "base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer"
}

/** The AsyncAPI document as one page to read. */
export const eventsPage = (document: AsyncApi): string =>
  mustache.render(template, { ...viewOf(document), style }, partials, { escape })
