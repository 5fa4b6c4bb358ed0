import type { Msg, MsgHdrs, NatsConnection, Subscription } from "@nats-io/nats-core"

/** What goes out: `eventId` is the `Nats-Msg-Id`. */
export interface Publishable {
  readonly eventId: string
  readonly subject: string
  readonly payload: Uint8Array
}

export interface PublishWindowOptions<T> {
  /** Messages sent and not yet answered, at most. Default 512. */
  readonly size?: number
  /** Bytes sent and not yet answered, at most (one message always may). Default 8 MiB. */
  readonly maxBytes?: number
  /** Milliseconds without an answer after which the line stops. Default 3,000. */
  readonly timeout?: number
  readonly contentType: string
  /** Called once per message in the order sent, for as long as no message before it was refused or is unanswered. */
  readonly onAcknowledged: (message: T, sequence: number, duplicate: boolean) => void
  /** Called once when the line stops. */
  readonly onStop: (reason: string) => void
}

/**
 * Publishes to one JetStream stream, pipelined and in order.
 *
 * Every message names the sequence that the stream must have before it (`Nats-Expected-Last-Sequence`), predicted while
 * earlier ones are still on their way, and, from the second one on, the message that must be the last one
 * (`Nats-Expected-Last-Msg-Id`). The sequence alone is not enough: when somebody else has stored k messages, the first k
 * of the window are refused and the next one would fit. On the first error, time-out, loss of the connection or duplicate the line stops and sends nothing more: `settle` waits for what is still
 * to come, and the owner finds out what the stream holds before it makes a new window.
 *
 * It speaks the protocol of a JetStream publish itself (reply inbox, JSON answer): one timer for all and no promise per message.
 */
export class PublishWindow<T extends Publishable> {
  readonly #nc: NatsConnection
  readonly #options: PublishWindowOptions<T>
  readonly #size: number
  readonly #maxBytes: number
  readonly #subscription: Subscription
  readonly #inbox: string
  readonly #timer: NodeJS.Timeout
  /** Ring: slot = number mod size. `#answers`: 0 unanswered, -1 refused, else the sequence (negative below -1: duplicate). */
  readonly #messages: Array<T | undefined>
  readonly #bytes: Array<number>
  readonly #answers: Float64Array
  #sent = 0
  #acknowledged = 0
  #unanswered = 0
  #bytesOut = 0
  #predicted: number
  #previousId: string | undefined
  readonly #contentType: string
  #lastAnswer = performance.now()
  #stopped: string | undefined
  #waiting: (() => void) | undefined

  constructor(nc: NatsConnection, lastSequence: number, options: PublishWindowOptions<T>) {
    this.#nc = nc
    this.#options = options
    this.#size = options.size ?? 512
    this.#maxBytes = options.maxBytes ?? 8 * 1024 * 1024
    this.#messages = new Array(this.#size).fill(undefined)
    this.#bytes = new Array(this.#size).fill(0)
    this.#answers = new Float64Array(this.#size)
    this.#predicted = lastSequence
    this.#contentType = `Content-Type: ${options.contentType}\r\n\r\n`
    this.#inbox = `_INBOX.${crypto.randomUUID().replaceAll("-", "")}`
    this.#subscription = nc.subscribe(`${this.#inbox}.*`, { callback: (_error, answer) => this.#answered(answer) })
    const timeout = options.timeout ?? 3_000
    this.#timer = setInterval(
      () => {
        if (this.#unanswered > 0 && performance.now() - this.#lastAnswer > timeout) this.stop("no answer in time")
      },
      Math.min(timeout, 250)
    ).unref()
  }

  /** Why the line stopped; undefined while it runs. */
  get stopped(): string | undefined {
    return this.#stopped
  }

  /** Messages sent that have neither been acknowledged nor refused. */
  get unanswered(): number {
    return this.#unanswered
  }

  /** Sends all, waiting for room; resolves when the last one is sent (not yet acknowledged), or the line has stopped. */
  async send(messages: ReadonlyArray<T>): Promise<void> {
    for (const message of messages) {
      while (this.#stopped === undefined && !this.#hasRoom()) {
        await new Promise<void>((resolve) => {
          this.#waiting = resolve
        })
      }
      if (this.#stopped !== undefined) return
      this.#publish(message)
    }
  }

  /** Ends the line: nothing more is sent. */
  stop(reason: string): void {
    if (this.#stopped !== undefined) return
    this.#stopped = reason
    this.#options.onStop(reason)
    this.#wake()
  }

  /** Waits until everything sent is answered, at most `milliseconds`. */
  async settle(milliseconds: number): Promise<void> {
    const deadline = performance.now() + milliseconds
    while (this.#unanswered > 0 && performance.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now())
        this.#waiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  /** Stops listening. The connection stays open. */
  close(): void {
    this.stop("closed")
    clearInterval(this.#timer)
    this.#subscription.unsubscribe()
  }

  #hasRoom(): boolean {
    return (
      this.#sent - this.#acknowledged < this.#size &&
      (this.#bytesOut < this.#maxBytes || this.#sent === this.#acknowledged)
    )
  }

  #publish(message: T): void {
    const slot = this.#sent % this.#size
    if (this.#unanswered === 0) this.#lastAnswer = performance.now()
    const previous = this.#previousId === undefined ? "" : `Nats-Expected-Last-Msg-Id: ${this.#previousId}\r\n`
    // Buffer.from takes a quarter of TextEncoder's time.
    const header = Buffer.from(
      `NATS/1.0\r\nNats-Msg-Id: ${message.eventId}\r\nNats-Expected-Last-Sequence: ${this.#predicted}\r\n${previous}${this.#contentType}`,
      "latin1"
    )
    try {
      // nats-core asks headers for nothing but their bytes.
      const headers = { encode: () => header } as unknown as MsgHdrs
      this.#nc.publish(message.subject, message.payload, {
        reply: `${this.#inbox}.${slot}`,
        headers
      })
    } catch (cause) {
      this.stop(cause instanceof Error ? cause.message : String(cause))
      return
    }
    this.#messages[slot] = message
    this.#bytes[slot] = message.payload.length
    this.#answers[slot] = 0
    this.#bytesOut += message.payload.length
    this.#sent += 1
    this.#unanswered += 1
    this.#predicted += 1
    this.#previousId = message.eventId
  }

  #answered(answer: Msg): void {
    // Slots, not numbers of messages: the broker's routing cache knows a few hundred subjects and forgets thousands.
    const slot = Number(answer.subject.slice(this.#inbox.length + 1))
    if (this.#messages[slot] === undefined || this.#answers[slot] !== 0) return
    this.#lastAnswer = performance.now()
    this.#unanswered -= 1
    const ack = parseAck(answer)
    if (typeof ack === "string") {
      this.#answers[slot] = -1
      this.stop(ack)
    } else {
      this.#answers[slot] = ack.duplicate ? -1 - ack.sequence : ack.sequence
      this.#advance()
      if (ack.duplicate) this.stop("the broker knows the message already")
    }
    this.#wake()
  }

  #advance(): void {
    while (this.#acknowledged < this.#sent) {
      const slot = this.#acknowledged % this.#size
      const answer = this.#answers[slot] as number
      if (answer === 0 || answer === -1) return
      const message = this.#messages[slot] as T
      this.#messages[slot] = undefined
      this.#bytesOut -= this.#bytes[slot] as number
      this.#acknowledged += 1
      this.#options.onAcknowledged(message, answer < 0 ? -1 - answer : answer, answer < 0)
    }
  }

  #wake(): void {
    // Half a window at a time: fewer and larger writes, and the broker never waits for us.
    if (this.#stopped === undefined && this.#unanswered > this.#size / 2) return
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.()
  }
}

/** The broker's answer to a publish, or why it refused. */
const parseAck = (answer: Msg): { readonly sequence: number; readonly duplicate: boolean } | string => {
  if (answer.data.length === 0) return "no stream takes this subject"
  try {
    const { seq, duplicate, error } = answer.json<{
      seq?: number
      duplicate?: boolean
      error?: { description?: string }
    }>()
    if (error !== undefined) return error.description ?? "refused"
    return seq === undefined ? "the answer has no sequence" : { sequence: seq, duplicate: duplicate === true }
  } catch {
    return "the answer is not readable"
  }
}
