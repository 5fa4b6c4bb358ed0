import { type JsMsg, jetstream, jetstreamManager } from "@nats-io/jetstream"
import { type Msg, type MsgHdrs, headers as makeHeaders } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import { afterAll, vi } from "vitest"
import type { Answer } from "./api.running.ts"

/** What a command's message is made of. */
export interface Sent {
  /** `""`: none. */
  readonly token?: string
  readonly headers?: Record<string, string | ReadonlyArray<string>>
  readonly params?: unknown
  readonly body?: unknown
  /** Instead of an envelope of `params` and `body`. */
  readonly raw?: string | Uint8Array
}

/** What the API says in answer to a message, on whichever subject. */
export interface Said extends Answer {
  readonly subject: string
  /** Of a message in a stream. */
  readonly sequence?: number
}

export const saidOf = (message: Msg | JsMsg): Said => {
  const text = Buffer.from(message.data).toString()
  const headers = Object.fromEntries(
    [...(message.headers ?? [])].map(([name, values]) => [name.toLowerCase(), values[0]])
  )
  return {
    subject: message.subject,
    status: Number(headers["sluice-status"]),
    headers,
    body: /json/.test(String(headers["content-type"])) && text !== "" ? JSON.parse(text) : text
  }
}

const encoded = ({ raw, params, body }: Sent): string | Uint8Array =>
  raw ??
  (params === undefined && body === undefined
    ? ""
    : JSON.stringify({ ...(params === undefined ? {} : { params }), ...(body === undefined ? {} : { body }) }))

const headersOf = (token: string, given: Sent["headers"] = {}): MsgHdrs => {
  const all = makeHeaders()
  if (token !== "") all.set("Authorization", `Bearer ${token}`)
  for (const [name, values] of Object.entries(given))
    for (const value of typeof values === "string" ? [values] : values) all.append(name, value)
  return all
}

/** A plain client of NATS, speaking with this token unless told otherwise, once there is a queue. Call it at the top of a spec. */
export const natsCaller = async (url: string, standard: string) => {
  const connection = await connect({ servers: url, reconnect: true, maxReconnectAttempts: -1, reconnectTimeWait: 50 })
  afterAll(() => connection.close())
  const manager = await jetstreamManager(connection, { checkAPI: false })
  const client = jetstream(connection)
  await vi.waitFor(() => manager.consumers.info("COMMANDS", "commands"), { timeout: 30_000, interval: 20 })

  /** A request; rejects when nobody answers. */
  const ask = async (subject: string, sent: Sent = {}, timeout = 10_000): Promise<Said> =>
    saidOf(
      await connection.request(subject, encoded(sent), {
        headers: headersOf(sent.token ?? standard, sent.headers),
        timeout
      })
    )

  /** Leaves a command in the queue; answers its sequence there. */
  const leave = async (subject: string, sent: Sent = {}): Promise<number> => {
    const headers = headersOf(sent.token ?? standard, sent.headers)
    return (await client.publish(subject, encoded(sent), { headers, timeout: 5_000 })).seq
  }

  /** Everything that a stream holds on a subject, in order. */
  const stored = async (stream: string, subject = ">"): Promise<ReadonlyArray<Said>> => {
    const { state } = await manager.streams.info(stream)
    const found: Array<Said> = []
    for (let seq = state.first_seq; seq <= state.last_seq; ) {
      const message = await manager.streams
        .getMessage(stream, { seq, next_by_subj: subject } as never)
        .catch(() => null)
      if (message === null) break
      const headers = message.header
      found.push({
        ...saidOf({ subject: message.subject, data: message.data, headers } as never),
        sequence: message.seq
      })
      seq = message.seq + 1
    }
    return found
  }

  /** How many commands are left in the queue. */
  const left = async (): Promise<number> => (await manager.streams.info("COMMANDS")).state.messages

  return { connection, manager, ask, leave, stored, left }
}
