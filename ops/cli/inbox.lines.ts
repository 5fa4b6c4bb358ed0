import type { NotificationCounts, NotificationView } from "@sluice/contracts/notification/notification.views"
import { ago } from "./shared/age.ts"
import { renderFields } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { harmless } from "./shared/terminal.ts"

/** Notifications for people. */

const whom = ({ audience: { kind, id } }: NotificationView): string =>
  kind === "actor" ? "you" : id === "*" ? "everybody" : id

const action = ({ needsAction, settledAt }: NotificationView): string =>
  needsAction ? "wanted" : settledAt === null ? "" : `settled ${ago(settledAt)}`

export const describeNotification = (notification: NotificationView): string => {
  const { id, rule, title, body, state, subject, path, createdAt } = notification
  return renderFields({
    id,
    title: harmless(title),
    body: body?.split("\n").map(harmless).join("\n") ?? null,
    for: whom(notification),
    state,
    action: action(notification) || null,
    about: subject,
    path,
    rule,
    created: ago(createdAt)
  })
}

export const listNotifications = (
  page: { readonly items: ReadonlyArray<NotificationView>; readonly nextCursor: string | null },
  { unread, needsAction }: NotificationCounts
): string => {
  const table = renderTable(
    ["notification", "what", "for", "action", "state", "created"],
    page.items.map((notification) => [
      notification.id,
      harmless(notification.title),
      whom(notification),
      action(notification),
      notification.state,
      ago(notification.createdAt)
    ]),
    "No notifications."
  )
  return [
    table,
    ...(page.nextCursor === null ? [] : [`More: --cursor ${page.nextCursor}`]),
    `${unread} unread, ${needsAction} in want of an action`
  ].join("\n")
}
