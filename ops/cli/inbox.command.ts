import { NotificationState } from "@sluice/contracts/notification/notification.views"
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { describeNotification, listNotifications } from "./inbox.lines.ts"
import { plainly } from "./shared/failure.ts"
import { accessFlags, given, idArgument, pageFlags } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { connect } from "./shared/target.ts"

const marking = (name: "read" | "archive", description: string) =>
  Command.make(
    name,
    { id: idArgument, ...accessFlags },
    Effect.fnUntraced(function* ({ id, ...flags }) {
      const client = yield* connect(flags)
      const request = { params: { id }, headers: {} }
      const { body } = yield* name === "read"
        ? client.notifications.markRead(request)
        : client.notifications.archive(request)
      yield* print(flags.json, body, () => describeNotification(body))
    }, plainly)
  ).pipe(Command.withDescription(description))

export const inbox = Command.make(
  "inbox",
  {
    state: Flag.Literals("state", NotificationState.literals).pipe(
      Flag.withDescription("in one state; default: all but archived"),
      Flag.optional
    ),
    needsAction: Flag.Boolean("needs-action").pipe(
      Flag.withDescription("on which somebody must act yet"),
      Flag.withDefault(false)
    ),
    ...pageFlags,
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ state, needsAction, limit, cursor, ...flags }) {
    const client = yield* connect(flags)
    const query = {
      limit,
      ...given("state", state),
      ...(needsAction && { needsAction: "true" as const }),
      ...given("cursor", cursor)
    }
    const page = yield* client.notifications.list({ headers: {}, query })
    const counts = yield* client.notifications.counts({ headers: {} })
    yield* print(flags.json, { ...page, counts }, () => listNotifications(page, counts))
  }, plainly)
).pipe(
  Command.withDescription("What is for you and your roles, newest first"),
  Command.withSubcommands([
    marking("read", "Mark a notification as read, for yourself"),
    marking("archive", "Put a notification away, for yourself")
  ]),
  Command.withExamples([
    { command: "npm run sluice -- inbox --needs-action", description: "What waits for somebody to act" },
    { command: "npm run sluice -- inbox archive 0197…", description: "Put one away" }
  ])
)
