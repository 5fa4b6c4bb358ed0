import { CloudEvent, SOURCE } from "@sluice/contracts/event/event.cloud-event"
import { WAKE_CONSUMERS } from "@sluice/contracts/event/event.subjects"
import { type DeclaredStream, EVENTS, ensureStream, messageAt, Nats, type StoredMessage } from "@sluice/messaging"
import { Effect, Option, Schema } from "effect"
import { isHeld } from "./relay.check.ts"
import { RestoredDatabase } from "./relay.errors.ts"
import { repairs } from "./relay.metrics.ts"
import { isStored } from "./relay.read.ts"
import { beginIncarnation, history, type Mark, nothingPublished, type RelayState } from "./relay.state.ts"

/**
 * After a loss: goes back to the newest mark that the broker still holds (or to the beginning) and begins a new
 * incarnation there. From its floor on everything is published again, in order and before anything new, by the ordinary
 * loop, whose saved mark is the cursor: a crash in between goes on where it was. What the stream holds beyond that mark
 * stays there; consumers see repeats, and read again from where the incarnation starts.
 *
 * A stream that ends with an event this database does not have is no loss of the broker's: `RestoredDatabase`.
 */
export const repair = (epoch: number, declared: DeclaredStream, state: RelayState, reason: string) =>
  Effect.gen(function* () {
    const stream = yield* ensureStream(declared)
    const newest = stream.last >= Math.max(1, stream.first) ? yield* messageAt(EVENTS, stream.last) : undefined
    yield* refuseStranger(newest)

    const point = yield* newestHeld(state.mark, stream, stream.created === state.streamCreated)
    const next = yield* beginIncarnation(epoch, stream.created, {
      floor: point.floor,
      floorEventId: point.floorEventId,
      sequence: stream.last,
      messageId: newest?.messageId ?? null
    })
    const nats = yield* Nats
    nats.wake(WAKE_CONSUMERS)
    if (state.streamCreated === null) {
      yield* Effect.logInfo("Publishing for the first time", { stream: EVENTS, startSequence: stream.last + 1 })
      return next
    }
    repairs.inc()
    yield* Effect.logWarning("The broker has lost events; publishing them again", {
      reason,
      incarnation: next.incarnation,
      afterPosition: next.mark.floor,
      upToPosition: next.repairUntil,
      startSequence: stream.last + 1
    })
    return next
  })

const newestHeld = (mark: Mark, stream: { readonly first: number; readonly last: number }, same: boolean) =>
  Effect.gen(function* () {
    for (const candidate of [mark, ...(yield* history)]) {
      if (yield* isHeld(candidate, stream, same)) return candidate
    }
    return nothingPublished
  })

const readCloudEvent = Schema.decodeUnknownOption(Schema.fromJsonString(CloudEvent))

/** Fails when a message is an event of ours that this database does not have. */
const refuseStranger = (message: StoredMessage | undefined) =>
  Effect.gen(function* () {
    if (message === undefined) return
    const event = readCloudEvent(new TextDecoder().decode(message.data))
    if (Option.isNone(event) || event.value.source !== SOURCE) return
    if (yield* isStored(event.value.position, event.value.id)) return
    return yield* new RestoredDatabase({
      found: `The stream EVENTS ends with event ${event.value.id} at position ${event.value.position}, which this database does not have`
    })
  })
