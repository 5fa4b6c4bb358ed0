import type { NatsConnection } from "@nats-io/nats-core"
import { CONTENT_TYPE } from "@sluice/contracts/event/event.cloud-event"
import { PublishWindow } from "@sluice/messaging"
import { published, republished } from "./relay.metrics.ts"
import type { Outgoing } from "./relay.read.ts"
import type { Mark, RelayState } from "./relay.state.ts"

/** Messages in flight. */
const WINDOW = 512
/** Milliseconds without an answer after which the line stops. */
const ANSWER_TIMEOUT = 3_000
/** Milliseconds to wait for answers that are still to come once the line has stopped. */
const SETTLE = 1_000

/** Publishes in order from a mark on, and knows how far the broker has acknowledged. See `PublishWindow` for when it stops. */
export class Line {
  readonly #window: PublishWindow<Outgoing>
  #mark: Mark
  #reached: Pick<Mark, "floor" | "floorEventId">

  constructor(nc: NatsConnection, state: RelayState, onStop: () => void) {
    this.#mark = state.mark
    this.#reached = state.mark
    this.#window = new PublishWindow<Outgoing>(nc, state.mark.sequence, {
      size: WINDOW,
      timeout: ANSWER_TIMEOUT,
      contentType: CONTENT_TYPE,
      onStop,
      onAcknowledged: ({ position, eventId }, sequence, duplicate) => {
        ;(position <= state.repairUntil ? republished : published).inc()
        this.#reached = { floor: position, floorEventId: eventId }
        // A duplicate says that the broker has the event somewhere, not that the stream ends with it.
        if (!duplicate) this.#mark = { floor: position, floorEventId: eventId, sequence, messageId: eventId }
      }
    })
  }

  /** The newest point at which log and stream are known to agree. */
  get mark(): Mark {
    return this.#mark
  }

  /** The last event acknowledged; ahead of the mark only when the broker took it for a duplicate. */
  get reached(): Pick<Mark, "floor" | "floorEventId"> {
    return this.#reached
  }

  get stopped(): string | undefined {
    return this.#window.stopped
  }

  get isQuiet(): boolean {
    return this.#window.unanswered === 0
  }

  send(events: ReadonlyArray<Outgoing>): Promise<void> {
    return this.#window.send(events)
  }

  /** Waits a bounded time for outstanding answers, then ends the line. */
  async close(connected: boolean): Promise<void> {
    this.#window.stop("closing")
    if (connected) await this.#window.settle(SETTLE)
    this.#window.close()
  }
}
