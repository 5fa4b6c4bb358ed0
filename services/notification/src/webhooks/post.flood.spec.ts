import { once } from "node:events"
import { createServer as createSecureServer } from "node:https"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { afterAll, expect, it } from "vitest"
import { hookCertificate } from "../testing/certificate.ts"
import { answering, startReceiver } from "../testing/receiver.ts"
import type { PostOutcome } from "./post.outcome.ts"
import { makePoster } from "./post.send.ts"

const poster = makePoster({ timeout: 4_000, addressFault: () => undefined, lookup: async () => ["127.0.0.1"] })
afterAll(() => poster.close())
const post = (origin: string) =>
  new Promise<PostOutcome>((resolve) =>
    poster.send({ origin, path: "/", headers: ["webhook-id", "x"], body: "{}" }, resolve)
  )

/** Sends the beginning once and the rest for ever, as fast as it is taken. */
const flooding = (begin: string, rest: string) => (socket: Socket) => {
  const flood = () => {
    while (!socket.destroyed && socket.write(rest));
  }
  socket.on("error", () => {}).on("drain", flood)
  socket.once("data", () => {
    socket.write(begin)
    flood()
  })
}

const listening = async (server: Server) => {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  afterAll(() => server.close())
  return (server.address() as AddressInfo).port
}

const hints = ["", "HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n".repeat(200)] as const
const extension = ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", "e".repeat(65_536)] as const
const tooMuch = { outcome: "interrupted", error: "The answer broke off: more was sent than an answer may have" }

it.for([
  ["answers that are none yet", hints],
  ["one chunk's extension", extension]
] as const)("hangs up on a flood of %s", async ([, [begin, rest]]) => {
  const port = await listening(createServer(flooding(begin, rest)))
  expect(await post(`http://hook.example:${port}`)).toMatchObject(tooMuch)
})

it("hangs up on a flood within TLS", async () => {
  const server = createSecureServer(hookCertificate)
  server.removeAllListeners("secureConnection").on("secureConnection", flooding(...extension))
  const port = await listening(server)
  const before = getCACertificates("default")
  setDefaultCACertificates([...before, hookCertificate.cert])
  try {
    expect(await post(`https://hook.example:${port}`)).toMatchObject(tooMuch)
  } finally {
    setDefaultCACertificates(before)
  }
})

it("counts anew for each answer on a connection that is used again", async () => {
  const receiver = await startReceiver()
  let connections = 0
  receiver.onConnection(() => {
    connections += 1
  })
  receiver.behave("/", answering(200, "", { "x-much": "y".repeat(12_000) }))
  for (let count = 0; count < 40; count++)
    expect(await post(`http://hook.example:${receiver.port}`)).toMatchObject({ outcome: "delivered" })
  // The next post may begin before the connection is free again.
  expect(connections).toBeLessThanOrEqual(2)
})
