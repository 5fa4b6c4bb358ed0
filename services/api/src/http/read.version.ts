import { NotYetVisible, type Unavailable } from "@sluice/contracts/http/http.errors"
import { waitMillis } from "@sluice/contracts/http/http.reads"
import { Duration, Effect } from "effect"

/** Milliseconds between looks: soon at first, since the projector takes a few milliseconds, then less often. */
const FIRST_PAUSE = 2
const LONGEST_PAUSE = 40

interface Reading<A, R, NotFound, R2> {
  readonly query: { readonly minVersion?: number; readonly wait?: string }
  /** The row of the read model, null where there is none (yet). */
  readonly look: Effect.Effect<A | null, Unavailable, R>
  /** Whether the stream exists, whatever the read models know of it. */
  readonly exists: Effect.Effect<boolean, Unavailable, R2>
  readonly notFound: () => NotFound
}

/**
 * Reads a resource, and with `minVersion` waits until the read model has that version: so a caller reads their own write.
 * Not there in time: 503. What does not exist at all is not waited for.
 */
export const readAtLeast = <A extends { readonly version: number }, R, NotFound, R2>({
  query: { minVersion, wait },
  look,
  exists,
  notFound
}: Reading<A, R, NotFound, R2>) =>
  Effect.gen(function* () {
    const deadline = performance.now() + (waitMillis(wait ?? "0s") ?? 0)
    let pause = FIRST_PAUSE
    let known = false
    while (true) {
      const row = yield* look
      if (row !== null && row.version >= (minVersion ?? 0)) return row
      if (minVersion === undefined) return yield* Effect.fail(notFound())
      known ||= row !== null || (yield* exists)
      if (!known) return yield* Effect.fail(notFound())
      const left = deadline - performance.now()
      if (left <= 0) return yield* new NotYetVisible({ version: row?.version ?? 0, minVersion })
      yield* Effect.sleep(Duration.millis(Math.min(pause, left)))
      pause = Math.min(pause * 1.5, LONGEST_PAUSE)
    }
  })
