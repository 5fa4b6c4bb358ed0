import { roleUrl } from "@sluice/db/migrate"
import { Effect } from "effect"
import { listPhases } from "../cli/phase.lines.ts"
import { renderTimeline } from "../cli/run.timeline.ts"
import { type Client, makeClient } from "../cli/shared/api.client.ts"
import { stdoutTerminal } from "../cli/shared/terminal.ts"
import { verifyLines } from "../cli/verify/verify.lines.ts"
import { verify } from "../cli/verify/verify.ts"
import type { Stack } from "../dev/stack.ts"
import { operatorKey } from "../nats/accounts/installation.ts"
import { publishPrices, statementOf } from "./demo.billing.ts"
import { play, type Stage } from "./demo.play.ts"
import type { Progress } from "./demo.progress.ts"
import { readModels } from "./demo.read.ts"
import type { Story } from "./demo.story.ts"
import { approvalsTable, sessionsTable } from "./demo.tables.ts"
import { type PlayedPlan, playPlan } from "./plan.play.ts"
import { makePlanShow } from "./plan.show.ts"
import type { PlanStory } from "./plan.story.ts"

/** What the demo plays. */
export interface Tale {
  readonly story: Story
  readonly plan: { readonly story: PlanStory; readonly yaml: string } | undefined
}

/** What everybody may do: nobody is an administrator, so only one's own approvals can be cancelled. */
const everyday = [
  ...["sessions:read", "sessions:write", "approvals:read", "approvals:write", "approvals:decide"],
  ...["workflows:read", "workflows:write", "runs:read", "runs:write"]
].join(" ")

/** One tale on a stack that runs: the story, the plan, what can be read of them, the proof. Answers the exit code. */
export const tell = ({ story, plan }: Tale, stack: Stack, progress: Progress, json: boolean) =>
  Effect.gen(function* () {
    const out = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`)
    const tenant = `demo-${Date.now().toString(36)}` // so that a folder that is kept shows this run alone
    const api = stack.api as string
    const sign = (claims: { sub: string; roles: ReadonlyArray<string>; kind: string }) =>
      stack.issuer.sign({ tenant, scope: everyday, ...claims, roles: [...claims.roles] }, "1h")
    const stage = {
      api,
      tokenOf: ({ name, roles, kind = "user" }: Story["people"][number]) => sign({ sub: name, roles, kind })
    }
    // Exchanges use nothing that has a price.
    const books = plan === undefined ? undefined : yield* openBooks(stack, tenant)
    const total = story.steps.length
    const onStep: Stage["onStep"] = (done, words) => progress.step(done, total, words)
    const played = yield* play(story, { ...stage, onStep })
    progress.step(total, total, "done")
    progress.end()
    const driven = plan === undefined ? undefined : yield* drive(plan, stage, progress)

    const token = yield* Effect.promise(() => sign({ sub: "reader", roles: [], kind: "user" }))
    const client = yield* makeClient({ url: api, token })
    const { sessions, approvals, runs, phases } = yield* readModels(client, played, driven)
    out(`\nSessions\n${sessionsTable(sessions)}`)
    out(`\nApprovals\n${approvalsTable(approvals, new Map([...played.approvals].map(([name, { id }]) => [id, name])))}`)
    if (driven !== undefined) {
      out(`\nPhases\n${listPhases({ items: phases, nextCursor: null })}`)
      out(`\nHow it ended\n${yield* lastOf(client, driven)}`)
    }

    const report = yield* verify({
      databaseUrl: roleUrl(stack.databaseUrl, "sluice_operator"),
      natsUrl: stack.natsUrl,
      natsKey: operatorKey(stack.natsAccounts),
      onStep: progress.say
    })
    out(`\nVerified\n${verifyLines(report)}`)
    if (books !== undefined) out(`\n${yield* statementOf(books)}\n`)
    const [steps, refusals] = [total + (plan?.story.steps.length ?? 0), played.refusals + (driven?.refusals ?? 0)]
    out(`${steps} steps played, ${refusals} of them refused as they must be.`)
    const { ok, events, published, drift, skipped } = report
    const ended = phases.filter(({ status }) => status === "completed" || status === "signed_off")
    const counts = {
      sessions: sessions.length,
      approvals: approvals.length,
      runs: runs.length,
      phases: ended.length
    }
    if (json) process.stdout.write(`${JSON.stringify({ ok, events, published, ...counts, drift, skipped })}\n`)
    return ok ? 0 : 1
  })

/** The client of somebody who minds the money, once there are prices. */
const openBooks = (stack: Stack, tenant: string) =>
  Effect.gen(function* () {
    const claims = { tenant, sub: "accountant", roles: [], kind: "user", scope: "billing:read billing:admin" }
    const token = yield* Effect.promise(() => stack.issuer.sign(claims, "1h"))
    const client = yield* makeClient({ url: stack.api as string, token })
    yield* publishPrices(client)
    return client
  })

/** Plays the plan with its board on stderr. */
const drive = (plan: NonNullable<Tale["plan"]>, stage: Omit<Stage, "onStep">, progress: Progress) =>
  Effect.gen(function* () {
    const total = plan.story.steps.length
    const show = makePlanShow(process.stderr)
    progress.say(`\n${plan.story.about}`)
    const driven = yield* playPlan(plan, {
      ...stage,
      onStep: (done, words) => (show.inPlace ? undefined : progress.step(done, total, words)),
      onStanding: show.onStanding
    })
    if (!show.inPlace) progress.step(total, total, "done")
    progress.end()
    return driven
  })

const SHOWN_LAST = 15

const lastOf = (client: Client, { run }: PlayedPlan) =>
  Effect.map(client.runs.timeline({ params: { id: run.id }, headers: {}, query: { limit: SHOWN_LAST } }), ({ items }) =>
    renderTimeline(items, stdoutTerminal())
  )
