import { asyncApi } from "@sluice/contracts/asyncapi/asyncapi.document"
import type { AsyncApi, Message } from "@sluice/contracts/asyncapi/asyncapi.types"
import { commands } from "@sluice/contracts/command/command.catalog"
import { cloudEventType } from "@sluice/contracts/event/event.cloud-event"
import { eventVersions } from "@sluice/contracts/event/event.registry"
import { describe, expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"
import { eventsPage } from "./docs.page.ts"

const { call } = await runningApi()

describe("without a token", () => {
  it("/asyncapi.json is the AsyncAPI document", async () => {
    const { status, headers, body } = await call("/asyncapi.json", { token: "" })
    expect(status).toBe(200)
    expect(headers["content-type"]).toContain("application/json")
    expect(body).toEqual(JSON.parse(JSON.stringify(asyncApi())))
  })

  it("/docs/events loads and runs nothing", async () => {
    const { status, headers, body } = await call("/docs/events", { token: "" })
    expect(status).toBe(200)
    expect(headers["content-type"]).toMatch(/^text\/html/)
    expect(headers["content-security-policy"]).toContain("default-src 'none'")
    expect(body).not.toMatch(/<(script|link|img|iframe|object)\b|\son[a-z]+=|url\(|@import/i)
    const links = [...body.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, to]) => to as string)
    expect(links.filter((to) => !/^(#|\/docs)/.test(to))).toEqual([])
    expect(links).toContain("/docs")
  })

  it("/docs leads to it", async () => {
    const { body } = await call("/docs", { token: "" })
    expect(body).toContain("/docs/events")
  })

  it("both take GET alone", async () => {
    for (const path of ["/asyncapi.json", "/docs/events"]) {
      expect(await call(path, { method: "HEAD", token: "" })).toMatchObject({ status: 200, body: "" })
      expect((await call(path, { method: "POST", token: "", json: {} })).status).toBe(405)
    }
  })
})

describe("the page", () => {
  const page = eventsPage(asyncApi())

  it("has every version of every event and every command, with fields, an example and a way to them", () => {
    for (const { type, schemaVersion } of eventVersions) {
      expect(page).toContain(
        `<h4 id="message-${type}.v${schemaVersion}"><code>${cloudEventType(type, schemaVersion)}</code>`
      )
      expect(page).toContain(`href="#channel-evt.${type}"`)
      expect(page).toContain(`<summary>Example: ${type}.v${schemaVersion}</summary>`)
    }
    for (const { name } of commands) {
      expect(page).toContain(`href="#channel-cmd.${name}"`)
      expect(page).toContain(`cmdq.{tenant}.${name}`)
    }
    expect(page).toContain("<td><code>links[].title</code>")
  })

  it("has an anchor for every link within it, each once", () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id as string)
    expect(new Set(ids).size).toBe(ids.length)
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id as string)
    expect(links.length).toBeGreaterThan(300)
    expect(links.filter((id) => !ids.includes(id))).toEqual([])
  })

  it("shows whatever stands in the document as text", () => {
    const evil = `"><script>alert(1)</script>\`<b>\` **<i>** [x](javascript:alert(1)) {{{style}}} \u202e`
    const hostile = (value: unknown): unknown => {
      if (typeof value === "string") return value.startsWith("#/") ? value : evil
      if (Array.isArray(value)) return value.map(hostile)
      if (typeof value !== "object" || value === null) return value
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hostile(one)]))
    }
    const { channels, components, ...rest } = asyncApi()
    const message = hostile(components.messages["session.opened.v1"]) as Message
    const shown = eventsPage({
      ...(hostile(rest) as AsyncApi),
      channels: Object.fromEntries(Object.entries(channels).slice(0, 1)),
      components: {
        ...components,
        messages: { "session.opened.v1": message },
        schemas: hostile(components.schemas)
      } as never
    })
    expect(shown).toContain("&lt;script&gt;alert(1)&lt;&#x2F;script&gt;")
    expect(shown).not.toMatch(/<script|<b>|<i>|href="javascript|\u202e/)
    expect(shown.match(/:root \{/g)).toHaveLength(eventsPage(asyncApi()).match(/:root \{/g)?.length as number)
  })
})
