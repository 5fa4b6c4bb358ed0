import { type DeclaredStream, EVENTS, messageAt, messageIdAt, streamState } from "@sluice/messaging"
import { Effect } from "effect"
import { eventAfter } from "./relay.read.ts"
import type { Mark } from "./relay.state.ts"

export type Verdict =
  /** The stream continues what we know; `mark` takes in what we, or an earlier leader, published without hearing of it. */
  { readonly _tag: "agrees"; readonly mark: Mark } | { readonly _tag: "lost"; readonly reason: string }

const lost = (reason: string): Verdict => ({ _tag: "lost", reason })

/**
 * Compares the stream with what we know of it. A loss is: no stream, another stream, a stream that ends before our mark,
 * another message at our mark, or messages after it that are not the events that follow.
 *
 * A message of our mark that is older than the stream's first one is no loss: retention has removed it.
 * @param reached the last event acknowledged, where duplicates took it ahead of the mark
 */
export const checkBroker = (
  streamCreated: string | null,
  mark: Mark,
  reached: Pick<Mark, "floor" | "floorEventId"> = mark
) =>
  Effect.gen(function* () {
    const stream = yield* streamState(EVENTS)
    if (stream === undefined) return lost("the stream is gone")
    if (stream.created !== streamCreated) return lost("the stream was made anew")
    if (stream.last < mark.sequence) return lost(`the stream ends at ${stream.last} instead of ${mark.sequence}`)
    if (!(yield* isHeld(mark, stream, true))) return lost(`the stream has another message at ${mark.sequence}`)

    const ahead = stream.last - mark.sequence
    if (ahead === 0) return agrees({ ...mark, ...pick(reached) })
    const event = yield* eventAfter(mark.floor, ahead)
    const messageId = yield* messageIdAt(EVENTS, stream.last)
    if (event === undefined || messageId !== event.event_id) {
      return lost(`the stream goes on after ${mark.sequence} with messages that do not follow`)
    }
    const floor =
      event.position > reached.floor ? { floor: event.position, floorEventId: event.event_id } : pick(reached)
    return agrees({ ...floor, sequence: stream.last, messageId })
  })

/**
 * Whether the broker still has the message of a mark, or (in the `same` stream) has had it until retention removed it.
 *
 * Another creation time alone does not say that a stream was made anew: nats-server 2.9 writes the time of its own start
 * into a stream whose settings are updated, and shows it after the next restart.
 */
export const isHeld = (mark: Mark, stream: { readonly first: number; readonly last: number }, same: boolean) =>
  Effect.gen(function* () {
    if (mark.sequence > stream.last) return false
    if (mark.sequence === 0 || mark.sequence < stream.first) return same
    const message = yield* messageAt(EVENTS, mark.sequence)
    return (message?.messageId ?? null) === mark.messageId
  })

/**
 * What is wrong with the broker's own limit of a message, which no stream's setting lifts; undefined while every event fits.
 * @param maxPayload bytes, as the broker tells when one connects
 */
export const payloadShortage = (maxPayload: number | undefined, stream: DeclaredStream): string | undefined => {
  const wanted = stream.max_msg_size ?? 0
  if (maxPayload === undefined || maxPayload >= wanted) return undefined
  return `The broker takes messages of ${maxPayload} bytes and events may have ${wanted}: set max_payload in its configuration, since larger events, and all after them, will wait`
}

const agrees = (mark: Mark): Verdict => ({ _tag: "agrees", mark })

const pick = ({ floor, floorEventId }: Pick<Mark, "floor" | "floorEventId">) => ({ floor, floorEventId })
