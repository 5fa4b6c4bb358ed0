import { randomUUID } from "node:crypto"
import type { JsonObject } from "@sluice/contracts/event/event.envelope"
import { SessionStatus, type SessionView } from "@sluice/contracts/session/session.views"
import { DateTime, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { ago } from "./shared/age.ts"
import { failure, plainly } from "./shared/failure.ts"
import { accessFlags, idArgument, text } from "./shared/flags.ts"
import { print, renderFields } from "./shared/print.ts"
import { renderTable } from "./shared/table.ts"
import { connect } from "./shared/target.ts"

const show = (session: SessionView): string => renderFields({ ...session, metadata: JSON.stringify(session.metadata) })

/** An idempotency key of one's own makes a repeated command harmless. */
const key = { key: text("key", "Idempotency-Key: repeats under one key have one effect") }
const headers = (flag: Option.Option<string>) =>
  Option.match(flag, { onNone: () => ({}), onSome: (key) => ({ "idempotency-key": key }) })

const open = Command.make(
  "open",
  {
    role: Flag.String("role").pipe(Flag.withDescription("the role it works under")),
    task: text("task", "the task it works on (a UUID)"),
    metadata: text("metadata", "a JSON object"),
    ...key,
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ role, task, metadata, key, ...flags }) {
    const client = yield* connect(flags)
    const payload = {
      role,
      ...(Option.isSome(task) && { taskId: task.value }),
      ...(Option.isSome(metadata) && { metadata: yield* objectIn(metadata.value) })
    }
    const { body } = yield* client.sessions.open({ headers: headers(key), payload })
    yield* print(flags.json, body, () => show(body))
  }, plainly)
).pipe(Command.withDescription("Open a session"))

const objectIn = (json: string) =>
  Effect.try({
    try: () => JSON.parse(json) as JsonObject,
    catch: () => failure("--metadata is no JSON")
  })

const list = Command.make(
  "list",
  {
    role: text("role", "of one role"),
    status: Flag.Literals("status", SessionStatus.literals).pipe(Flag.withDescription("in one status"), Flag.optional),
    limit: Flag.Int("limit").pipe(Flag.withDescription("at most so many, up to 200"), Flag.withDefault(50)),
    cursor: text("cursor", "nextCursor of the page before"),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ role, status, limit, cursor, ...flags }) {
    const client = yield* connect(flags)
    const query = {
      limit,
      ...(Option.isSome(role) && { role: role.value }),
      ...(Option.isSome(status) && { status: status.value }),
      ...(Option.isSome(cursor) && { cursor: cursor.value })
    }
    const page = yield* client.sessions.list({ headers: {}, query })
    yield* print(flags.json, page, () => {
      const rows = page.items.map(({ id, role, status, version, createdAt, updatedAt }) => [
        id,
        role,
        status,
        version,
        ago(createdAt),
        ago(updatedAt)
      ])
      const table = renderTable(["session", "role", "status", "version", "opened", "changed"], rows, "No sessions.")
      return page.nextCursor === null ? table : `${table}\nMore: --cursor ${page.nextCursor}`
    })
  }, plainly)
).pipe(Command.withDescription("List sessions, newest first"))

const read = Command.make(
  "show",
  { id: idArgument, ...accessFlags },
  Effect.fnUntraced(function* ({ id, ...flags }) {
    const client = yield* connect(flags)
    const { body } = yield* client.sessions.read({ params: { id }, headers: {}, query: {} })
    yield* print(flags.json, body, () => show(body))
  }, plainly)
).pipe(Command.withDescription("Show a session"))

const moving = (name: string, status: "active" | "paused" | "completed" | "failed", description: string) =>
  Command.make(
    name,
    { id: idArgument, reason: text("reason", "why; recorded"), ...key, ...accessFlags },
    Effect.fnUntraced(function* ({ id, reason, key, ...flags }) {
      const client = yield* connect(flags)
      const payload = { status, ...(Option.isSome(reason) && { reason: reason.value }) }
      const { body } = yield* client.sessions.update({ params: { id }, headers: headers(key), payload })
      yield* print(flags.json, body, () => show(body))
    }, plainly)
  ).pipe(Command.withDescription(description))

const usage = Command.make(
  "usage",
  {
    id: idArgument,
    meter: Flag.String("meter").pipe(Flag.withDescription("tokens.input, tokens.output, …")),
    quantity: Flag.Int("quantity").pipe(Flag.withDescription("in the meter's unit")),
    model: text("model", "of which model"),
    usageId: text("usage-id", "its own id; the same again is the same usage"),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ id, meter, quantity, model, usageId, ...flags }) {
    const client = yield* connect(flags)
    const payload = {
      usageId: Option.getOrElse(usageId, () => randomUUID()),
      meter,
      quantity,
      model: Option.getOrNull(model),
      at: yield* DateTime.now
    }
    const { body } = yield* client.sessions.recordUsage({ params: { id }, headers: {}, payload })
    yield* print(flags.json, body, () => renderFields({ ...body }))
  }, plainly)
).pipe(Command.withDescription("Report what a session has used"))

export const session = Command.make("session").pipe(
  Command.withDescription("Working sessions of agents and people"),
  Command.withSubcommands([
    open,
    list,
    read,
    moving("activate", "active", "Start or resume it"),
    moving("pause", "paused", "Pause it"),
    moving("complete", "completed", "End it well"),
    moving("fail", "failed", "End it badly"),
    usage
  ]),
  Command.withExamples([
    { command: `npm run sluice -- session open --role pm --metadata '{"release":"2.4"}'`, description: "Open one" },
    { command: "npm run sluice -- session list --status active", description: "Who is at work" },
    { command: 'npm run sluice -- session pause 0197… --reason "waits for review"', description: "Pause one" }
  ])
)
