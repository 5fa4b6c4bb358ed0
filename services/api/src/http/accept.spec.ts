import { expect, it } from "vitest"
import { preferred } from "./accept.ts"

const offers = [
  { format: "json", types: ["application/json"] },
  { format: "csv", types: ["text/csv"] },
  { format: "html", types: ["text/html", "application/xhtml+xml"] }
] as const

it.each([
  [undefined, "json"],
  ["", "json"],
  ["*/*", "json"],
  ["application/*", "json"],
  ["text/csv", "csv"],
  ["Text/CSV; charset=utf-8", "csv"],
  ["text/*", "csv"],
  ["application/xhtml+xml", "html"],
  // What browsers send.
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"],
  ["text/html, */*", "html"],
  ["application/json, text/html", "json"],
  ["application/json;q=0.5, text/html;q=0.4", "json"],
  ["application/json;q=0.4, text/html;q=0.5", "html"],
  ["application/json;q=0, */*", "csv"],
  ["text/csv;q=0, text/*;q=0.5", "html"],
  ["text/csv;q=x", "json"],
  // Nothing of it can be had.
  ["image/png", "json"],
  ["text/csv;q=0", "json"]
])("of %j it is %s", (accept, format) => expect(preferred(accept, offers)).toBe(format))
