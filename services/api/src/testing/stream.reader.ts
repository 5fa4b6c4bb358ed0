import { type IncomingMessage, request } from "node:http"
import type { CloudEvent } from "@sluice/contracts/event/event.cloud-event"
import { createParser, type EventSourceMessage } from "eventsource-parser"

export interface StreamAsk {
  readonly token: string
  /** `type=approval.*&after=5` */
  readonly query?: string
  readonly lastEventId?: string | undefined
  readonly method?: string
}

/** An open stream of events, as a client sees it. */
export interface StreamReader {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  /** Every message so far, ours among them (`sluice.open`). */
  readonly messages: ReadonlyArray<EventSourceMessage>
  /** The events among them. */
  readonly events: () => ReadonlyArray<CloudEvent>
  /** Ids of all blocks, those without an event (heartbeats) among them. */
  readonly lastId: () => string | undefined
  readonly heartbeats: () => number
  /** What was received as text, where the answer is no stream. */
  readonly text: () => string
  /** Resolves when this holds; it is looked at after whatever comes. Rejects when the stream ends before. */
  readonly until: (holds: () => boolean) => Promise<void>
  /** Takes nothing from its socket any more, or goes on. */
  readonly stop: () => void
  readonly goOn: () => void
  /** Resolves when the server has ended the stream, or the connection is lost. */
  readonly ended: Promise<void>
  readonly close: () => void
}

/** Opens `GET /v1/events/stream`; resolves with the head of the answer. */
export const openStream = async (url: string, { token, query = "", lastEventId, method }: StreamAsk) => {
  const asked = request(new URL(`/v1/events/stream?${query}`, url), {
    method: method ?? "GET",
    agent: false,
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId })
    }
  })
  asked.end()
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once("response", resolve)
    asked.once("error", reject)
  })
  const messages: Array<EventSourceMessage> = []
  const waiting = new Set<() => void>()
  let heartbeats = 0
  let lastId: string | undefined
  let text = ""
  let block = ""
  let over = false
  const parser = createParser({
    onEvent: (message) => void messages.push(message),
    onComment: () => {
      heartbeats += 1
    }
  })
  const look = () => {
    for (const one of waiting) one()
  }
  response.setEncoding("utf8")
  response.on("data", (chunk: string) => {
    if (response.statusCode !== 200) text += chunk
    parser.feed(chunk)
    // An id counts as soon as its block is complete, and not before.
    block += chunk
    const complete = block.lastIndexOf("\n\n") + 2
    if (complete >= 2) {
      lastId = [...block.slice(0, complete).matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? lastId
      block = block.slice(complete)
    }
    look()
  })
  response.on("error", () => {})
  const ended = new Promise<void>((resolve) =>
    response.once("close", () => {
      over = true
      look()
      resolve()
    })
  )
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!holds() && !over) return
        waiting.delete(check)
        if (holds()) resolve()
        else reject(new Error(`the stream ended: ${text} ${JSON.stringify(messages.slice(-3)).slice(0, 500)}`))
      }
      waiting.add(check)
      check()
    })
  const reader: StreamReader = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    messages,
    events: () => messages.filter(({ event }) => !event?.startsWith("sluice.")).map(({ data }) => JSON.parse(data)),
    lastId: () => lastId,
    heartbeats: () => heartbeats,
    text: () => text,
    until,
    stop: () => void response.pause(),
    goOn: () => void response.resume(),
    ended,
    close: () => void asked.destroy()
  }
  return reader
}
