import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { Effect } from "effect"
import { react } from "./consumer.errors.ts"
import { foldingReaction } from "./read-model.rows.ts"
import { type ReadModel, tablesOf } from "./read-model.ts"
import {
  appliedAfter,
  appliedSince,
  eventsCount,
  eventsOf,
  type Section,
  type StreamSpan,
  sectionsOf
} from "./rebuild.sections.ts"
import { nextOf, type Page, RebuildFailed, type RebuildTarget } from "./rebuild.target.ts"
import type { StreamKey } from "./verify.page.ts"

const STREAMS = 1000

/**
 * A read model of rows and parts: stream after stream, by the same folding reaction that keeps it. A row says up to which
 * version it is folded, so that whatever comes later is added to it.
 */
export const rowsTarget = <S>(
  model: ReadModel<S>,
  { consumer, decode }: { readonly consumer: string; readonly decode: (event: RecordedEvent) => RecordedEvent }
): RebuildTarget => {
  const reaction = foldingReaction(model, nextOf)
  const [rows, ...parts] = tablesOf(model) as readonly [string, ...Array<string>]

  const apply = (section: Section) =>
    Effect.gen(function* () {
      const events = yield* understood(yield* eventsOf(section), decode)
      if (events.length > 0) yield* react(reaction, events)
      return events.length
    }).pipe(Effect.catchTag("ReactionFailed", ({ message }) => Effect.fail(new RebuildFailed({ message }))))

  const applyAll = (sections: ReadonlyArray<Section>, page: Page, tick: (events: number) => void) =>
    Effect.forEach(sections, (section) => Effect.map(page(apply(section)), tick), { discard: true })

  return {
    name: model.name,
    tables: [{ name: rows, key: ["tenant", "id"] }, ...parts.map((name) => ({ name, key: ["tenant", "id", "key"] }))],
    size: eventsCount(model.category),
    fill: (page, tick) =>
      Effect.gen(function* () {
        let after: StreamKey | undefined = { tenant: "", streamId: "" }
        while (after !== undefined) {
          const streams: ReadonlyArray<StreamSpan> = yield* appliedAfter(consumer, model.category, after, STREAMS)
          yield* applyAll(sectionsOf(streams), page, tick)
          after = streams.at(-1)
        }
      }),
    follow: (from, to, page) =>
      Effect.gen(function* () {
        let events = 0
        const streams = yield* appliedSince(consumer, model, from, to)
        yield* applyAll(sectionsOf(streams), page, (count) => {
          events += count
        })
        return events
      })
  }
}

/** The events in their newest shapes; the first that has none is named. */
const understood = (events: ReadonlyArray<RecordedEvent>, decode: (event: RecordedEvent) => RecordedEvent) =>
  Effect.suspend(() => {
    const newest: Array<RecordedEvent> = []
    for (const event of events) {
      try {
        newest.push(decode(event))
      } catch (error) {
        const { tenant, streamId, version } = event
        const why = error instanceof Error ? error.message : String(error)
        return Effect.fail(new RebuildFailed({ message: `${tenant} ${streamId}, version ${version}: ${why}` }))
      }
    }
    return Effect.succeed(newest)
  })
