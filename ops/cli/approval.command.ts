import { ApprovalStatus } from "@sluice/contracts/approval/approval.views"
import { DateTime, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { describeApproval, listApprovals } from "./approval.lines.ts"
import { requirementIn, subjectIn } from "./approval.parse.ts"
import { plainly } from "./shared/failure.ts"
import { accessFlags, idArgument, text } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { connect } from "./shared/target.ts"

const request = Command.make(
  "request",
  {
    subject: Flag.String("subject").pipe(
      Flag.withMetavar("type:id"),
      Flag.withDescription("what it is about: session:0197…, task:…, custom:…"),
      Flag.mapEffect(subjectIn)
    ),
    require: Flag.String("require").pipe(
      Flag.withMetavar("roles:count"),
      Flag.withDescription("who must approve, e.g. finance or manager,finance:2; may be repeated"),
      Flag.mapEffect(requirementIn),
      Flag.atLeast(1)
    ),
    reason: text("reason", "the question"),
    contentHash: text("content-hash", "of what is to be approved; an approval must name it again"),
    expiresAt: Flag.Date("expires-at").pipe(Flag.withDescription("until when it can be decided"), Flag.optional),
    selfReview: Flag.Boolean("allow-self-review").pipe(
      Flag.withDescription("the requester may decide too"),
      Flag.withDefault(false)
    ),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ subject, require, reason, contentHash, expiresAt, selfReview, ...flags }) {
    const client = yield* connect(flags)
    const payload = {
      subject,
      required: require,
      reason: Option.getOrNull(reason),
      contentHash: Option.getOrNull(contentHash),
      expiresAt: Option.getOrNull(Option.map(expiresAt, (date) => DateTime.fromDateUnsafe(date))),
      ...(selfReview && { preventSelfReview: false })
    }
    const { body } = yield* client.approvals.request({ headers: {}, payload })
    yield* print(flags.json, body, () => describeApproval(body))
  }, plainly)
).pipe(Command.withDescription("Put a question to roles"))

const list = Command.make(
  "list",
  {
    status: Flag.Literals("status", ApprovalStatus.literals).pipe(Flag.withDescription("in one status"), Flag.optional),
    role: text("role", "that ask for one role"),
    subject: Flag.String("subject").pipe(
      Flag.withMetavar("type:id"),
      Flag.withDescription("about one thing"),
      Flag.mapEffect(subjectIn),
      Flag.optional
    ),
    awaitingMe: Flag.Boolean("awaiting-me").pipe(
      Flag.withDescription("pending ones that I may decide"),
      Flag.withDefault(false)
    ),
    limit: Flag.Int("limit").pipe(Flag.withDescription("at most so many, up to 200"), Flag.withDefault(50)),
    cursor: text("cursor", "nextCursor of the page before"),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ status, role, subject, awaitingMe, limit, cursor, ...flags }) {
    const client = yield* connect(flags)
    const query = {
      limit,
      ...(Option.isSome(status) && { status: status.value }),
      ...(Option.isSome(role) && { role: role.value }),
      ...(Option.isSome(subject) && { subjectType: subject.value.type, subjectId: subject.value.id }),
      ...(awaitingMe && { awaiting: "me" as const }),
      ...(Option.isSome(cursor) && { cursor: cursor.value })
    }
    const page = yield* client.approvals.list({ headers: {}, query })
    yield* print(flags.json, page, () => listApprovals(page))
  }, plainly)
).pipe(Command.withDescription("List approvals, newest first"))

const read = Command.make(
  "show",
  { id: idArgument, ...accessFlags },
  Effect.fnUntraced(function* ({ id, ...flags }) {
    const client = yield* connect(flags)
    const { body } = yield* client.approvals.read({ params: { id }, headers: {}, query: {} })
    yield* print(flags.json, body, () => describeApproval(body))
  }, plainly)
).pipe(Command.withDescription("Show an approval, and what is outstanding"))

const deciding = (decision: "approve" | "reject", description: string) =>
  Command.make(
    decision,
    {
      id: idArgument,
      comment: text("comment", "for the record"),
      contentHash: text("content-hash", "of what you have seen, where the approval has one"),
      ...accessFlags
    },
    Effect.fnUntraced(function* ({ id, comment, contentHash, ...flags }) {
      const client = yield* connect(flags)
      const payload = { decision, comment: Option.getOrNull(comment), contentHash: Option.getOrNull(contentHash) }
      const { body } = yield* client.approvals.decide({ params: { id }, headers: {}, payload })
      yield* print(flags.json, body, () => describeApproval(body))
    }, plainly)
  ).pipe(Command.withDescription(description))

const cancel = Command.make(
  "cancel",
  { id: idArgument, reason: text("reason", "why; recorded"), ...accessFlags },
  Effect.fnUntraced(function* ({ id, reason, ...flags }) {
    const client = yield* connect(flags)
    const payload = { reason: Option.getOrNull(reason) }
    const { body } = yield* client.approvals.cancel({ params: { id }, headers: {}, payload })
    yield* print(flags.json, body, () => describeApproval(body))
  }, plainly)
).pipe(Command.withDescription("Withdraw the question"))

export const approval = Command.make("approval").pipe(
  Command.withDescription("Questions put to roles, decided once"),
  Command.withSubcommands([
    request,
    list,
    read,
    deciding("approve", "Approve, holding a required role"),
    deciding("reject", "Reject: one is enough"),
    cancel
  ]),
  Command.withExamples([
    {
      command: "npm run sluice -- approval request --subject session:0197… --require finance --require manager",
      description: "One of finance and one manager must approve"
    },
    { command: "npm run sluice -- approval list --awaiting-me", description: "What waits for me" },
    {
      command:
        "SLUICE_TOKEN=$(npm run -s sluice -- token --sub maria --role manager) npm run sluice -- approval approve 0197…",
      description: "Decide as somebody else"
    }
  ])
)
