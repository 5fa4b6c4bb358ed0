import { Agent, type Dispatcher } from "undici"
import { ForbiddenAddress, guardedConnector } from "./post.connect.ts"
import type { Lookup } from "./post.lookup.ts"
import { type PostOutcome, reasonOf, statusFault, storable } from "./post.outcome.ts"

/** Bytes of an answer that are read, and of its headers. */
const ANSWER_BYTES = 1_024
const HEADER_BYTES = 16_384

export interface PosterSettings {
  /** Milliseconds from beginning to connect until the answer, or its first 1,024 bytes, are there. */
  readonly timeout: number
  readonly addressFault: (ip: string) => string | undefined
  readonly lookup: Lookup
}

export interface Post {
  readonly origin: string
  /** Path and query. */
  readonly path: string
  /** Names and values in turn. */
  readonly headers: ReadonlyArray<string>
  readonly body: string
}

export interface Poster {
  /** Calls `done` once, after `timeout` at the latest; never throws. */
  readonly send: (post: Post, done: (outcome: PostOutcome) => void) => void
  /** Drops every connection. */
  readonly close: () => Promise<void>
}

/**
 * Posts, each on a connection of its own or one left over from before. How many at once is the caller's to know: endpoints of
 * one origin do not queue behind each other here.
 */
export const makePoster = ({ timeout, addressFault, lookup }: PosterSettings): Poster => {
  const agent = new Agent({
    connect: guardedConnector({ addressFault, lookup, timeout }),
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: HEADER_BYTES,
    // The deadline of the whole includes both.
    headersTimeout: 0,
    bodyTimeout: 0
  })
  return {
    send: (post, done) => {
      const answer = new Answer(timeout, done)
      try {
        agent.dispatch({ ...post, method: "POST", headers: post.headers as Array<string> }, answer)
      } catch (error) {
        answer.onResponseError(undefined, error)
      }
    },
    close: () => agent.destroy()
  }
}

/** Hears of one request, and says once what became of it. */
class Answer implements Dispatcher.DispatchHandler {
  readonly #began = performance.now()
  readonly #deadline: NodeJS.Timeout
  readonly #done: (outcome: PostOutcome) => void
  #controller: Dispatcher.DispatchController | undefined
  #status: number | null = null
  #read: Array<Uint8Array> = []
  #bytes = 0
  #over = false

  constructor(timeout: number, done: (outcome: PostOutcome) => void) {
    this.#done = done
    this.#deadline = setTimeout(() => {
      const seconds = `${timeout / 1000} s`
      if (this.#controller === undefined) this.#end("unreachable", `No connection within ${seconds}`)
      else this.#end("timeout", `No complete answer within ${seconds}`)
      this.#controller?.abort(new Error("too late"))
    }, timeout)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Connected after the deadline: nothing is sent.
    if (this.#over) controller.abort(new Error("too late"))
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    if (status >= 200) this.#status = status
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#over) return
    const rest = ANSWER_BYTES - this.#bytes
    this.#read.push(chunk.length > rest ? chunk.subarray(0, rest) : chunk)
    this.#bytes += Math.min(rest, chunk.length)
    if (this.#bytes < ANSWER_BYTES) return
    this.#answered()
    controller.abort(new Error("enough"))
  }

  onResponseEnd(): void {
    this.#answered()
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: unknown): void {
    if (this.#over) return
    if (error instanceof ForbiddenAddress) this.#end("forbidden-address", error.message)
    else if (this.#controller === undefined) this.#end("unreachable", `No connection: ${reasonOf(error)}`)
    else this.#end("interrupted", `The answer broke off: ${reasonOf(error)}`)
  }

  #answered(): void {
    const fault = statusFault(this.#status ?? 0)
    this.#end(fault === null ? "delivered" : "refused", fault)
  }

  #end(outcome: PostOutcome["outcome"], error: string | null): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#deadline)
    const answer = this.#status === null ? null : storable(textOf(this.#read))
    this.#read = []
    const latencyMillis = Math.round(performance.now() - this.#began)
    this.#done({ outcome, responseStatus: this.#status, latencyMillis, error, answer })
  }
}

/** A character that was cut in two at the end is left away. */
const textOf = (chunks: ReadonlyArray<Uint8Array>): string =>
  chunks.length === 0 ? "" : new TextDecoder().decode(Buffer.concat(chunks), { stream: true })
