import type { StreamState } from "@sluice/messaging"
import type { Checkpoint } from "./consumer.checkpoint.ts"

/** A row of `sluice.relay_incarnations`. */
export interface Incarnation {
  readonly incarnation: number
  readonly startSequence: number
}

export interface Start {
  /** The first message to ask for. */
  readonly sequence: number
  readonly incarnation: number
  /** Messages may be missing between the checkpoint and `sequence`: read the log first. */
  readonly backfill: boolean
}

/**
 * Where to read on. Sequences only mean something in the stream and the incarnation they were noted in: after a loss the
 * broker gives them out again. Reading too much is harmless (versions deduplicate), too little is not; so the lowest
 * candidate wins, and whenever the past is in doubt the log has the last word.
 */
export const startFrom = (
  checkpoint: Checkpoint,
  stream: Pick<StreamState, "created" | "first" | "last">,
  incarnations: ReadonlyArray<Incarnation>
): Start => {
  const newest = Math.max(0, ...incarnations.map(({ incarnation }) => incarnation))
  const first = Math.max(1, stream.first)
  if (checkpoint.streamCreated === null) {
    return { sequence: first, incarnation: newest, backfill: first > 1 || incarnations.length > 1 }
  }
  if (checkpoint.streamCreated !== stream.created || checkpoint.sequence > stream.last) {
    return { sequence: first, incarnation: newest, backfill: true }
  }
  const begun = incarnations.filter(({ incarnation }) => incarnation > checkpoint.incarnation)
  const wanted = Math.min(checkpoint.sequence + 1, ...begun.map(({ startSequence }) => startSequence))
  return { sequence: Math.max(first, wanted), incarnation: newest, backfill: begun.length > 0 || first > wanted }
}
