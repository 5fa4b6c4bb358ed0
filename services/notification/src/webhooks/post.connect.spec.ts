import { once } from "node:events"
import { createServer } from "node:https"
import { type AddressInfo, createServer as createPlainServer } from "node:net"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { afterAll, expect, it } from "vitest"
import { hookCertificate } from "../testing/certificate.ts"
import { startReceiver } from "../testing/receiver.ts"
import type { PostOutcome } from "./post.outcome.ts"
import { makePoster } from "./post.send.ts"

/** Of TEST-NET-3: routed nowhere. */
const NOWHERE = "203.0.113.7"
const LOOPBACK = "127.0.0.1"

const post = async (
  origin: string,
  settings: { lookup: () => ReadonlyArray<string>; addressFault: (ip: string) => string | undefined }
) => {
  const lookups: Array<string> = []
  const poster = makePoster({
    timeout: 400,
    addressFault: settings.addressFault,
    lookup: async (hostname) => {
      lookups.push(hostname)
      return settings.lookup()
    }
  })
  afterAll(() => poster.close())
  const outcome = await new Promise<PostOutcome>((resolve) =>
    poster.send({ origin, path: "/", headers: ["webhook-id", "x"], body: "{}" }, resolve)
  )
  return { outcome, lookups }
}
const permitAll = () => undefined
const refuseLoopback = (ip: string) => (ip === LOOPBACK ? "leads inwards" : undefined)

it("connects to what it has judged, though the name means something else when it is asked again", async () => {
  const receiver = await startReceiver()
  let connections = 0
  receiver.onConnection(() => {
    connections += 1
  })
  const answers = [[NOWHERE], [LOOPBACK], [LOOPBACK]]
  const lookup = () => answers.shift() ?? []
  const { outcome, lookups } = await post(`http://rebinding.example:${receiver.port}`, {
    lookup,
    addressFault: refuseLoopback
  })
  expect(outcome.outcome).toBe("unreachable")
  expect(lookups).toEqual(["rebinding.example"])
  expect(connections).toBe(0)
})

it("leaves out the addresses that are refused, where a name has others too", async () => {
  const receiver = await startReceiver()
  const { outcome } = await post(`http://mixed.example:${receiver.port}`, {
    lookup: () => [NOWHERE, LOOPBACK],
    addressFault: (ip) => (ip === NOWHERE ? "leads inwards" : undefined)
  })
  expect(outcome).toMatchObject({ outcome: "delivered", responseStatus: 204 })
})

it("judges again whom it has reached, before a byte is sent", async () => {
  let bytes = 0
  let connections = 0
  const server = createPlainServer((socket) => {
    connections += 1
    socket
      .on("error", () => {})
      .on("data", (chunk) => {
        bytes += chunk.length
      })
  })
  server.listen(0, LOOPBACK)
  await once(server, "listening")
  afterAll(() => server.close())
  const { port } = server.address() as AddressInfo
  for (const scheme of ["http", "https"]) {
    let judged = 0
    const closed = once(server, "connection").then(([socket]) => once(socket, "close"))
    const { outcome } = await post(`${scheme}://changing.example:${port}`, {
      lookup: () => [LOOPBACK],
      addressFault: () => (judged++ === 0 ? undefined : "leads inwards")
    })
    expect(outcome).toMatchObject({ outcome: "forbidden-address", error: "The endpoint leads inwards" })
    await closed
  }
  expect(connections).toBe(2)
  expect(bytes).toBe(0)
})

it("trusts a certificate for its own name only, and only where its authority is trusted", async () => {
  const server = createServer(hookCertificate, (request, response) => {
    request.resume().on("end", () => response.end(`you are ${request.headers.host}`))
  })
  server.listen(0, LOOPBACK)
  await once(server, "listening")
  afterAll(() => server.close())
  const { port } = server.address() as AddressInfo
  const settings = { lookup: () => [LOOPBACK], addressFault: permitAll }
  const unknown = await post(`https://hook.example:${port}`, settings)
  expect(unknown.outcome).toMatchObject({ outcome: "unreachable", error: "No connection: self-signed certificate" })

  const before = getCACertificates("default")
  setDefaultCACertificates([...before, hookCertificate.cert])
  try {
    const known = await post(`https://hook.example:${port}`, settings)
    expect(known.outcome).toMatchObject({ outcome: "delivered", answer: `you are hook.example:${port}` })
    const other = await post(`https://other.example:${port}`, settings)
    expect(other.outcome.outcome).toBe("unreachable")
    expect(other.outcome.error).toContain("does not match certificate's altnames")
  } finally {
    setDefaultCACertificates(before)
  }
})

it("heeds no proxy of the environment", async () => {
  const proxy = await startReceiver()
  const receiver = await startReceiver()
  const before = { ...process.env }
  Object.assign(process.env, { HTTP_PROXY: proxy.url("/"), http_proxy: proxy.url("/"), NODE_USE_ENV_PROXY: "1" })
  try {
    const settings = { lookup: () => [LOOPBACK], addressFault: permitAll }
    expect((await post(`http://hook.example:${receiver.port}`, settings)).outcome.outcome).toBe("delivered")
    expect(proxy.received("/")).toEqual([])
  } finally {
    process.env = before
  }
})
