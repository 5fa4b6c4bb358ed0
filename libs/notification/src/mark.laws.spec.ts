import { it } from "@effect/vitest"
import { NotificationEvent } from "@sluice/contracts/notification/notification.events"
import { NotificationState, type NotificationView } from "@sluice/contracts/notification/notification.views"
import { facts, minuteIso } from "@sluice/contracts/testing/testing.given-when-then"
import { Result, Schema } from "effect"
import { describe, expect } from "vitest"
import { archive, markRead } from "./mark.decide.ts"
import { about } from "./mark.spec-support.ts"
import { mark } from "./mark.stream.ts"
import { asMarked } from "./mark.view.ts"

const often = { arbitrary: { runs: 500 } }
const Story = Schema.Array(NotificationEvent).check(Schema.isMaxLength(8))
const after = (story: ReadonlyArray<NotificationEvent>) =>
  facts(story.map((event) => ({ event }))).reduce(mark.evolve, mark.initial)

describe("laws of marks", () => {
  it.prop(
    "nothing goes back: unread, read, archived",
    { story: Story },
    ({ story }) => {
      const order = story.map((_, index) => NotificationState.literals.indexOf(after(story.slice(0, index + 1)).status))
      expect(order).toEqual(order.toSorted((a, b) => a - b))
    },
    often
  )

  it.prop(
    "a second time adds nothing",
    { story: Story },
    ({ story }) => {
      for (const command of [markRead, archive]) {
        const once = [...story, ...Result.getOrThrow(command(after(story), about))]
        expect(Result.getOrThrow(command(after(once), about))).toEqual([])
      }
    },
    often
  )

  it.prop(
    "a snapshot gives back the state",
    { story: Story },
    ({ story }) => {
      const state = after(story)
      expect(mark.decode(JSON.parse(JSON.stringify(mark.encode(state))))).toEqual(state)
    },
    often
  )

  it.prop(
    "what is settled later changes no answer about a mark",
    { story: Story, minute: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10 })) },
    ({ story, minute }) => {
      const state = after(story)
      if (state.status === "unread") return
      const open = { settledAt: null, needsAction: true } as NotificationView
      const settled = { settledAt: minuteIso(minute), needsAction: false } as NotificationView
      const markedAt = state.status === "archived" ? state.archivedAt : state.readAt
      expect(asMarked(settled, state)).toEqual({
        ...(minuteIso(minute) > markedAt ? open : settled),
        state: state.status
      })
    },
    often
  )
})
