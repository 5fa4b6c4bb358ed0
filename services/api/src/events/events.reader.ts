import type { ServerResponse } from "node:http"
import type { FeedFilter } from "@sluice/contracts/feed/feed.filter"
import { Deferred, Effect } from "effect"
import { filterKey } from "./events.filter.ts"
import { beatFrame, type Notice, noticeFrame } from "./events.frame.ts"
import { readersEnded } from "./events.metrics.ts"

/** Why a stream ends by our doing. */
export type Ending = Exclude<Notice, "sluice.open">

const REASONS: Readonly<Record<Ending, string>> = {
  "sluice.cut-off": "This reader was too slow; come back with Last-Event-ID",
  "sluice.token-expired": "The token has expired; come back with Last-Event-ID and a new one",
  "sluice.log-lost": "The log has lost what this reader was told last: the database was restored; begin anew",
  "sluice.shutdown": "This instance stops; come back with Last-Event-ID"
}

/** Milliseconds that the last words may take to get through to a reader that is slow. */
const LAST_WORDS = 3_000
/** Milliseconds after which a reader is given up for which something has been waiting all the time. */
const STALLED = 60_000

/** One open stream: a connection, what its reader wants, and how far it has been told. */
export class FeedReader {
  readonly tenant: string
  readonly filter: FeedFilter
  /** Equal for readers that want the same. */
  readonly key: string
  /** Everything meant for this reader up to here has been handed to its connection. */
  position: number
  /** Why it has to end; never succeeds for a reader that goes by itself. */
  readonly ending = Deferred.makeUnsafe<Ending>()
  readonly #response: ServerResponse
  readonly #bufferBytes: number
  #blockedSince: number | undefined
  #over = false

  constructor(
    response: ServerResponse,
    wants: { readonly tenant: string; readonly filter: FeedFilter; readonly position: number },
    bufferBytes: number
  ) {
    this.tenant = wants.tenant
    this.filter = wants.filter
    this.key = `${wants.tenant} ${filterKey(wants.filter)}`
    this.position = wants.position
    this.#response = response
    this.#bufferBytes = bufferBytes
    response.on("drain", () => {
      this.#blockedSince = undefined
    })
  }

  /** Hands over what is new without waiting. Cuts the reader off where more than its buffer waits from before. */
  push(frames: Buffer | undefined, position: number): void {
    if (this.#over) return
    if (this.#response.writableLength > this.#bufferBytes) this.end("sluice.cut-off")
    else {
      if (frames !== undefined) this.#write(frames)
      this.position = position
    }
  }

  /** Hands over a part of what was missed and waits until the reader has taken it. */
  offer(frames: Buffer, position: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#over) return Effect.never
      const taken = frames.length === 0 || this.#write(frames)
      this.position = position
      return taken ? Effect.void : this.#drained
    })
  }

  beat(): void {
    if (this.#over) return
    const stalled = this.#blockedSince !== undefined && performance.now() - this.#blockedSince > STALLED
    if (stalled) this.end("sluice.cut-off")
    else this.#write(beatFrame(this.position))
  }

  /** Asks for the end, which `finish` brings about: nothing is written any more. */
  end(ending: Ending): void {
    if (this.#over) return
    this.#over = true
    Deferred.doneUnsafe(this.ending, Effect.succeed(ending))
  }

  /** Says why and ends. What cannot be delivered in time is thrown away with the connection. */
  finish(ending: Ending): void {
    this.#over = true
    readersEnded.inc({ reason: ending.replace("sluice.", "") })
    this.#response.end(noticeFrame(ending, this.position, REASONS[ending]))
    const patience = setTimeout(() => this.#response.destroy(), LAST_WORDS).unref()
    this.#response.once("close", () => clearTimeout(patience))
  }

  #write(frames: Buffer | string): boolean {
    const taken = this.#response.write(frames)
    if (!taken) this.#blockedSince ??= performance.now()
    return taken
  }

  readonly #drained = Effect.callback<void>((resume) => {
    // Other work may have had its turn since the write.
    if (!this.#response.writableNeedDrain) return resume(Effect.void)
    const done = () => resume(Effect.void)
    this.#response.once("drain", done)
    return Effect.sync(() => this.#response.off("drain", done))
  })
}
