import { randomUUID } from "node:crypto"
import type { ApprovalView } from "@sluice/contracts/approval/approval.views"
import type { SessionView } from "@sluice/contracts/session/session.views"
import { DateTime, Effect, Result } from "effect"
import { type Client, makeClient } from "../cli/shared/api.client.ts"
import { DemoFailed } from "./demo.errors.ts"
import { inWords, type Step, type Story } from "./demo.story.ts"

/** Where to play, and how to become one of the story's people. */
export interface Stage {
  readonly api: string
  readonly tokenOf: (person: Story["people"][number]) => Promise<string>
  /** Told before each step. */
  readonly onStep: (done: number, words: string) => void
}

/** What the story has made: the newest answer for each name. */
export interface Played {
  readonly sessions: ReadonlyMap<string, SessionView>
  readonly approvals: ReadonlyMap<string, ApprovalView>
  /** Steps that were refused, as the story says. */
  readonly refusals: number
}

/**
 * Plays a story over HTTP, one step after the other, everybody with a token of their own. Fails with `DemoFailed` when a
 * step that must succeed is refused, or the other way round.
 */
export const play = (story: Story, stage: Stage) =>
  Effect.gen(function* () {
    const sessions = new Map<string, SessionView>()
    const approvals = new Map<string, ApprovalView>()
    const clients = new Map<string, Client>()
    for (const person of story.people) {
      const token = yield* Effect.promise(() => stage.tokenOf(person))
      clients.set(person.name, yield* makeClient({ url: stage.api, token }))
    }
    let refusals = 0
    for (const [index, step] of story.steps.entries()) {
      stage.onStep(index, inWords(step))
      const client = clients.get(step.by)
      if (client === undefined) return yield* DemoFailed.because(`Nobody in the story is called ${step.by}`)
      const done = yield* Effect.result(perform(client, step, { sessions, approvals }))
      if (Result.isFailure(done)) {
        const error = done.failure
        if (error._tag !== step.refused) return yield* DemoFailed.because(`${inWords(step)}: ${error.message}`)
        refusals += 1
      } else if (step.refused !== undefined) {
        return yield* DemoFailed.because(`${inWords(step)}: this should have been refused (${step.refused})`)
      } else if ("session" in step && "role" in done.success) {
        sessions.set(step.session, done.success)
      } else if ("approval" in step && "subject" in done.success) {
        approvals.set(step.approval, done.success)
      }
    }
    return { sessions, approvals, refusals } satisfies Played
  })

type Known = Pick<Played, "sessions" | "approvals">

const perform = (client: Client, step: Step, known: Known) =>
  Effect.gen(function* () {
    const headers = { "idempotency-key": randomUUID() }
    switch (step.does) {
      case "open": {
        const { role, metadata = {} } = step
        const payload = { role, metadata: { title: step.session, ...metadata } }
        return (yield* client.sessions.open({ headers, payload })).body
      }
      case "request": {
        const { approval: _name, about, by: _by, does: _does, refused: _refused, ...rest } = step
        const subject =
          "session" in about ? { type: "session" as const, id: yield* idOf(known.sessions, about.session) } : about
        return (yield* client.approvals.request({ headers, payload: { subject, ...rest } })).body
      }
      case "report": {
        const { meter, quantity, model = null } = step
        const params = { id: yield* idOf(known.sessions, step.session) }
        const payload = { usageId: randomUUID(), meter, quantity, model, at: yield* DateTime.now }
        return (yield* client.sessions.recordUsage({ params, headers, payload })).body
      }
      case "approve":
      case "reject": {
        const { comment = null } = step
        const contentHash = step.does === "approve" ? (step.contentHash ?? null) : null
        const params = { id: yield* idOf(known.approvals, step.approval) }
        return (yield* client.approvals.decide({
          params,
          headers,
          payload: { decision: step.does, comment, contentHash }
        })).body
      }
      case "cancel": {
        const params = { id: yield* idOf(known.approvals, step.approval) }
        return (yield* client.approvals.cancel({ params, headers, payload: { reason: step.reason ?? null } })).body
      }
      default: {
        const params = { id: yield* idOf(known.sessions, step.session) }
        const reason = "reason" in step && step.reason !== undefined ? { reason: step.reason } : {}
        return (yield* client.sessions.update({ params, headers, payload: { status: target[step.does], ...reason } }))
          .body
      }
    }
  })

const target = { activate: "active", pause: "paused", complete: "completed", fail: "failed" } as const

const idOf = (made: ReadonlyMap<string, { readonly id: string }>, name: string) => {
  const found = made.get(name)
  return found === undefined
    ? Effect.fail(DemoFailed.because(`The story has made nothing called ${name} yet`))
    : Effect.succeed(found.id)
}
