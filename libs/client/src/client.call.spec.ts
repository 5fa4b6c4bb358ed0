import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, expect, expectTypeOf, it } from "vitest"
import { createClient } from "./client.create.ts"
import { SluiceUnreachable } from "./client.errors.ts"
import type { ClientOptions } from "./client.options.ts"

/** What stands between a client and the API may answer in its place, or change what it answers. */
interface Reply {
  readonly status?: number
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string
}

const JSON_TYPE = { "content-type": "application/json" }

/** A client of a server that answers these, one after the other, the last one for ever; and the requests that came. */
const answering = async (replies: ReadonlyArray<Reply>, options: Partial<ClientOptions> = {}) => {
  const arrivals: Array<{ readonly at: number; readonly headers: IncomingMessage["headers"]; readonly url: string }> =
    []
  const server = createServer(({ headers, url = "" }, response) => {
    arrivals.push({ at: performance.now(), headers, url })
    const { status = 200, headers: own = JSON_TYPE, body = "{}" } = replies[arrivals.length - 1] ?? replies.at(-1) ?? {}
    response.writeHead(status, own).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { arrivals, client: createClient({ url, token: "t", ...options }) }
}

const failureOf = (calling: Promise<unknown>): Promise<unknown> =>
  calling.then(
    () => "none",
    (error: unknown) => error
  )
const id = "0197a1f0-1c00-7000-8000-000000000001"

it("a token that never comes holds up neither the end of a call nor a signal", async () => {
  const token = () => new Promise<string>(() => {})
  const retry = { within: 200, attemptWithin: 60, firstPause: 10 }
  const { client, arrivals } = await answering([], { token, retry })
  expect(await failureOf(client.sessions.list())).toBeInstanceOf(SluiceUnreachable)
  const controller = new AbortController()
  const patient = (await answering([], { token })).client
  const calling = patient.sessions.list({}, { signal: controller.signal })
  const reason = new Error("enough")
  setImmediate(() => controller.abort(reason))
  expect(await failureOf(calling)).toBe(reason)
  expect(arrivals).toEqual([])
})

it("settings that are undefined are the defaults", async () => {
  const retry = { attempts: undefined, within: undefined, attemptWithin: undefined, firstPause: 1, longestPause: 2 }
  const { client, arrivals } = await answering([{ status: 503 }], { retry })
  expect(await failureOf(client.sessions.list())).toMatchObject({ status: 503, call: { attempts: 6 } })
  expect(arrivals).toHaveLength(6)
})

it("a proxy that compresses makes the ETag a weak one: it is the same version", async () => {
  const { client, arrivals } = await answering([{ headers: { ...JSON_TYPE, etag: 'W/"3"' } }])
  const changed = await client.sessions.update({ params: { id }, payload: { status: "active" } })
  expect(changed.version).toBe(3)
  await client.sessions.update({ params: { id }, payload: { status: "paused" } }, { ifMatch: changed.version })
  await client.sessions.read({ params: { id } })
  expect(arrivals[1]?.headers["if-match"]).toBe('"3"')
  expect(arrivals[2]?.url).toContain("minVersion=3")
})

it("a date in Retry-After counts from the server's clock", async () => {
  const at = (seconds: number) => new Date(Date.UTC(2020, 0, 1, 0, 0, seconds)).toUTCString()
  const later = { status: 503, headers: { date: at(0), "retry-after": at(1) } }
  const { client, arrivals } = await answering([later, {}], { retry: { firstPause: 1 } })
  await client.sessions.list()
  const [first, second] = arrivals.map(({ at }) => at) as [number, number]
  expect(second - first).toBeGreaterThanOrEqual(990)
})

it("a page in place of an answer is no answer", async () => {
  const { client } = await answering([{ headers: { "content-type": "text/html" }, body: "<h1>Sign in</h1>" }])
  const failure = await failureOf(client.sessions.open({ payload: { role: "pm" } }))
  expect(failure).toBeInstanceOf(SluiceUnreachable)
  expect(failure).toMatchObject({ message: expect.stringContaining("text/html"), call: { attempts: 1 } })
})

it("a statement is text where text is asked for, also for the compiler", async () => {
  const { client } = await answering([{ headers: { "content-type": "text/csv; charset=utf-8" }, body: "line\n" }])
  const params = { month: "2026-10" }
  const { body } = await client.billing.statement({ params, query: { format: "csv" } })
  expect(body).toBe("line\n")
  expectTypeOf(body).toEqualTypeOf<string>()
  const json = () => client.billing.statement({ params })
  expectTypeOf<Awaited<ReturnType<typeof json>>["body"]["month"]>().toEqualTypeOf<string>()
  const asked = () => client.billing.statement({ params, query: { format: "json" } })
  expectTypeOf<Awaited<ReturnType<typeof asked>>>().toEqualTypeOf<Awaited<ReturnType<typeof json>>>()
})

it("has no call for an answer that never ends", async () => {
  const { client } = await answering([])
  expect(Object.keys(client.events)).toEqual(["list"])
})
