import type { Msg, MsgHdrs, NatsConnection } from "@nats-io/nats-core"
import { OMITTED_HEADER, STATUS_HEADER } from "@sluice/contracts/command/command.message"
import type { Answer } from "./answer.ts"

/** Headers of an answer over HTTP that a reply has too, and how they are written. */
const KEPT = [
  ["content-type", "Content-Type"],
  ["x-trace-id", "X-Trace-Id"],
  ["etag", "ETag"],
  ["location", "Location"],
  ["idempotency-replayed", "Idempotency-Replayed"],
  ["retry-after", "Retry-After"],
  ["deprecation", "Deprecation"],
  ["sunset", "Sunset"],
  ["link", "Link"]
] as const

/** Subjects that mean something to Sluice, its broker or its subscribers: an answer there would be a command or an event. */
const OWN = /^(?:cmd|cmdq|rej|parked|evt|sluice|\$[^.]*)\./

/** Whether somebody of another kind than ourselves waits there. */
export const isAnswerable = (reply: string | undefined): reply is string =>
  reply !== undefined && reply !== "" && !OWN.test(reply)

/** Sends an answer. Answers false where the broker's client refuses to send it. */
export const reply = (connection: NatsConnection, to: Msg, answer: Answer): boolean => {
  try {
    const limit = connection.info?.max_payload ?? Number.POSITIVE_INFINITY
    let head = headOf(answer)
    let body = answer.body
    if (body.length + head.length > limit) {
      body = answer.status >= 400 ? shortened(body) : new Uint8Array(0)
      head = headOf(answer, answer.body.length)
    }
    // nats-core asks headers for nothing but their bytes.
    return to.respond(body, { headers: { encode: () => head } as unknown as MsgHdrs })
  } catch {
    return false
  }
}

const headOf = ({ status, headers, body }: Answer, omitted?: number): Buffer => {
  let text = `NATS/1.0\r\n${STATUS_HEADER}: ${status}\r\n`
  for (const [name, written] of KEPT) {
    const value = headers[name]
    if (value !== undefined) text += `${written}: ${value}\r\n`
  }
  if (omitted !== undefined) text += `${OMITTED_HEADER}: ${omitted}\r\n`
  if (status >= 400) text += `Nats-Service-Error-Code: ${status}\r\nNats-Service-Error: ${titleOf(body)}\r\n`
  return Buffer.from(`${text}\r\n`, "latin1")
}

interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
}

const problemIn = (body: Uint8Array): Problem | undefined => {
  try {
    return JSON.parse(Buffer.from(body).toString()) as Problem
  } catch {
    return undefined
  }
}

/** A problem's title; every problem of ours has one, in ASCII. */
export const titleOf = (body: Uint8Array): string => problemIn(body)?.title ?? "Refused"

/** A problem without what makes it long: the faults it lists. */
const shortened = (body: Uint8Array): Uint8Array => {
  const { type, title, status, detail = "" } = problemIn(body) ?? ({} as Partial<Problem>)
  return Buffer.from(JSON.stringify({ type, title, status, detail: detail.slice(0, 1000) }))
}
