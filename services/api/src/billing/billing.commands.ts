import {
  type AccountState,
  account,
  closeMonth as decideClosing,
  publishPrices as decidePrices,
  grantCredit,
  postAdjustment
} from "@sluice/billing"
import { sentBookIssues } from "@sluice/billing/account.rules"
import { postingView, publishedView } from "@sluice/billing/account.view"
import { GrantCredit, PostAdjustment, PublishPrices } from "@sluice/contracts/billing/billing.commands"
import { MonthNotOver } from "@sluice/contracts/billing/billing.errors"
import { accountId } from "@sluice/contracts/billing/billing.ids"
import type { DecisionContext } from "@sluice/contracts/event/event.decision"
import type { DomainEvent } from "@sluice/contracts/event/event.envelope"
import { Caller } from "@sluice/contracts/http/http.auth"
import { freshId } from "@sluice/contracts/id/id.fresh"
import { NoBody } from "@sluice/contracts/subscription/subscription.commands"
import { CommandBus } from "@sluice/event-store/command-bus.port"
import { Effect, type Result, type Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { answered } from "../http/answers.ts"
import { type Body, bodyOf } from "../http/body.decode.ts"
import { type RefusalClass, storeAway } from "../http/command.errors.ts"
import { onFirst } from "../http/command.input.ts"
import { type CommandCall, runCommand, runCreation } from "../http/command.run.ts"

/** Commands on the caller's tenant's account. It is there from the first one on, so none of them finds nothing. */

interface Asked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly headers: CommandCall<[], never, never, never>["headers"]
}

interface AccountCall<Known extends RefusalClass> extends Pick<Asked, "headers"> {
  /** `billing.<command>` */
  readonly name: string
  /** Ids in the path. */
  readonly ids: ReadonlyArray<string>
  readonly sent: Body<unknown>["sent"]
  readonly refusals: ReadonlyArray<Known>
  readonly decide: (state: AccountState, context: DecisionContext) => Result.Result<ReadonlyArray<DomainEvent>, unknown>
}

const callOn = Effect.fnUntraced(function* <Known extends RefusalClass = never>({
  decide,
  ...call
}: AccountCall<Known>) {
  const { tenant, actor } = yield* Caller
  const id = accountId(tenant)
  const streams = [{ category: account, id }] as const
  return {
    ...call,
    streams,
    decide: ([{ state }]: readonly [{ readonly state: AccountState }], { now }: { readonly now: number }) =>
      onFirst(decide(state, { id, actor, now }))
  }
})

/** What is wrong with a book that is wrong in its shape already takes the account as it is known here: so every fault is told at once. */
const bookOf = Effect.fnUntraced(function* (request: Asked["request"]) {
  const bus = yield* CommandBus
  const { tenant } = yield* Caller
  const { state } = yield* bus.peek(tenant, { category: account, id: accountId(tenant) }).pipe(Effect.catch(storeAway))
  return yield* bodyOf(PublishPrices, undefined, sentBookIssues(state))(request)
})

export const publishPrices = Effect.fnUntraced(function* ({ request, headers }: Asked) {
  const { sent, command } = yield* bookOf(request)
  const done = yield* runCommand(
    yield* callOn({
      name: "billing.publish-prices",
      ids: [],
      sent,
      headers,
      refusals: [],
      decide: (state, context) => decidePrices(state, command, context)
    })
  )
  const [{ state, version }] = done.streams
  const body = publishedView(state, command)
  const location = `/v1/billing/prices/${body.version}`
  return answered({ body, version, location, creates: done.appended > 0, done })
})

/** A posting by hand: each is a new one, unless its key says that it was made before. */
const posting = <A>(
  name: string,
  schema: Schema.Codec<A, unknown>,
  decide: (
    state: AccountState,
    command: A,
    context: DecisionContext & { readonly postingId: string }
  ) => AccountDecision
) => {
  const body = bodyOf(schema)
  return Effect.fnUntraced(function* ({ request, headers }: Asked) {
    const { sent, command } = yield* body(request)
    const postingId = freshId()
    const done = yield* runCreation(
      yield* callOn({
        name,
        ids: [],
        sent,
        headers,
        refusals: [],
        decide: (state, context) => decide(state, command, { ...context, postingId })
      })
    )
    const [{ state, version }] = done.streams
    return answered({ body: postingView(state), version, creates: true, done })
  })
}
type AccountDecision = ReturnType<AccountCall<never>["decide"]>

export const credit = posting("billing.grant-credit", GrantCredit, grantCredit)
export const adjust = posting("billing.post-adjustment", PostAdjustment, postAdjustment)

const noBody = bodyOf(NoBody, {})

export const closeMonth = Effect.fnUntraced(function* ({
  request,
  headers,
  params: { month }
}: Asked & { readonly params: { readonly month: string } }) {
  const { sent } = yield* noBody(request)
  const done = yield* runCommand(
    yield* callOn({
      name: "billing.close-month",
      ids: [month],
      sent,
      headers,
      refusals: [MonthNotOver],
      decide: (state, context) => decideClosing(state, { month }, context)
    })
  )
  return answered({ body: { month }, version: done.streams[0].version, creates: false, done })
})
