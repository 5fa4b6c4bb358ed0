import type { Actor } from "@sluice/contracts/actor/actor"
import { Caller } from "@sluice/contracts/http/http.auth"
import { creationCursor } from "@sluice/contracts/http/http.cursor"
import { NotificationNotFound } from "@sluice/contracts/notification/notification.errors"
import type {
  NotificationCounts,
  NotificationState,
  NotificationView
} from "@sluice/contracts/notification/notification.views"
import { Effect } from "effect"
import { found } from "../http/answers.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"

/** Reads of the caller's inbox, as the notification service's tables have it: what is for their roles, for everybody, for themselves. */

const inboxOf = ({ kind, id, roles }: Actor) => ({ roles: [...roles], person: `${kind}/${id}` })

/** A notification that is for the caller. */
export const notificationOf = (id: string) =>
  Effect.gen(function* () {
    const { tenant, actor } = yield* Caller
    const { roles, person } = inboxOf(actor)
    const row = yield* ask<NotificationView | null>(
      (sql) => sql`select sluice.read_notification(${tenant}, ${roles}::text[], ${person}, ${id}) as answer`
    )
    return row === null ? yield* new NotificationNotFound({ notificationId: id }) : row
  })

export const countNotifications = Effect.gen(function* () {
  const { tenant, actor } = yield* Caller
  const { roles, person } = inboxOf(actor)
  return found(
    yield* ask<NotificationCounts>(
      (sql) => sql`select sluice.count_notifications(${tenant}, ${roles}::text[], ${person}) as answer`
    )
  )
})

interface NotificationQuery {
  readonly state?: NotificationState
  readonly needsAction?: "true" | "false"
  readonly limit?: number
  readonly cursor?: string
}

export const listNotifications = (query: NotificationQuery) =>
  Effect.gen(function* () {
    const { tenant, actor } = yield* Caller
    const { roles, person } = inboxOf(actor)
    const { state = null } = query
    const needsAction = query.needsAction === undefined ? null : query.needsAction === "true"
    return found(
      yield* pageOf({
        query,
        cursor: creationCursor,
        positionOf: ({ createdAt, id }: NotificationView) => [createdAt, id] as const,
        fetch: (limit, after) => {
          const [createdAt, id] = after ?? [null, null]
          return ask<ReadonlyArray<NotificationView>>(
            (sql) => sql`
              select sluice.list_notifications(
                ${tenant}, ${roles}::text[], ${person}, ${state}, ${needsAction}, ${limit}, ${createdAt}, ${id}
              ) as answer`
          )
        }
      })
    )
  })
