import { randomUUID } from "node:crypto"
import type { BriefView, RunView } from "@sluice/contracts/run/run.views"
import type { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { readDocument } from "@sluice/workflow"
import { Effect, Result } from "effect"
import { type Client, makeClient } from "../cli/shared/api.client.ts"
import { DemoFailed } from "./demo.errors.ts"
import type { Stage } from "./demo.play.ts"
import { type PlanStep, type PlanStory, planWords } from "./plan.story.ts"

/** What the plan came to. */
export interface PlayedPlan {
  readonly run: RunView
  /** Approvals that the run asked for. */
  readonly approvals: ReadonlySet<string>
  /** Steps that were refused, as the story says. */
  readonly refusals: number
}

export interface PlanStage extends Stage {
  /** Told after each step how the run stands, as it can be read, and what the step came to. */
  readonly onStanding: (standing: BriefView, step: PlanStep, words: string) => Effect.Effect<void>
}

/**
 * Registers the story's workflow and drives one run of it to its end over HTTP. After each step its brief is read, as new
 * as the step's answer. Fails with `DemoFailed` when a step that must succeed is refused, or the other way round.
 */
export const playPlan = ({ story, yaml }: { readonly story: PlanStory; readonly yaml: string }, stage: PlanStage) =>
  Effect.gen(function* () {
    const clients = new Map<string, Client>()
    for (const person of story.people) {
      const token = yield* Effect.promise(() => stage.tokenOf(person))
      clients.set(person.name, yield* makeClient({ url: stage.api, token }))
    }
    const document = yield* Effect.fromResult(readDocument(yaml, "yaml"))
    const approvals = new Set<string>()
    let refusals = 0
    let standing: BriefView | undefined
    for (const [index, step] of story.steps.entries()) {
      const words = planWords(step)
      stage.onStep(index, words)
      const client = clients.get(step.by)
      if (client === undefined) return yield* DemoFailed.because(`Nobody in the story is called ${step.by}`)
      if (standing === undefined)
        yield* client.workflows.register({ params: { name: document.name }, headers: {}, payload: document })
      const done = yield* Effect.result(perform(client, step, { document, story, standing }))
      if (Result.isFailure(done)) {
        const error = done.failure
        if (error._tag !== step.refused) return yield* DemoFailed.because(`${words}: ${error.message}`)
        refusals += 1
        if (standing !== undefined) yield* stage.onStanding(standing, step, `${words}: ${error.message}`)
        continue
      }
      if (step.refused !== undefined)
        return yield* DemoFailed.because(`${words}: this should have been refused (${step.refused})`)
      const { id, version } = done.success
      const query = { minVersion: version, wait: "10s" }
      const { body } = yield* client.runs.brief({ params: { id }, headers: {}, query })
      for (const { approvalId } of body.waiting) approvals.add(approvalId)
      standing = body
      yield* stage.onStanding(body, step, words)
    }
    const run = standing?.run
    if (run?.status !== "completed") return yield* DemoFailed.because(`The plan has not ended: it is ${run?.status}`)
    return { run, approvals, refusals } satisfies PlayedPlan
  })

interface Known {
  readonly document: WorkflowDocument
  readonly story: PlanStory
  readonly standing: BriefView | undefined
}
/** The run, and the version that it has at least after a step. */
type Changed = Pick<RunView, "id" | "version">

const perform = (client: Client, step: PlanStep, { document, story, standing }: Known) =>
  Effect.gen(function* () {
    const headers = { "idempotency-key": randomUUID() }
    const answer = ({ body: { id, version } }: { readonly body: Changed }): Changed => ({ id, version })
    if (step.does === "start") {
      const payload = { workflow: document.name, title: story.title }
      return answer(yield* client.runs.start({ headers, payload }))
    }
    if (standing === undefined) return yield* DemoFailed.because("The story has not started the run yet")
    const { id } = standing.run
    switch (step.does) {
      case "resume":
        return answer(yield* client.runs.resume({ params: { id }, headers, payload: {} }))
      case "begin":
        return answer(yield* client.runs.startTask({ params: { id, key: step.task }, headers, payload: {} }))
      case "complete": {
        const { decision, risk, note } = step
        const payload = { decisions: list(decision), risks: list(risk), notes: list(note) }
        return answer(yield* client.runs.completeTask({ params: { id, key: step.task }, headers, payload }))
      }
      case "defer": {
        const payload = { reason: step.reason ?? null }
        return answer(yield* client.runs.deferTask({ params: { id, key: step.task }, headers, payload }))
      }
      case "add": {
        const { task: key, phase, title, dependsOn = [] } = step
        return answer(
          yield* client.runs.addTask({ params: { id }, headers, payload: { key, phase, title, dependsOn } })
        )
      }
      case "proceed":
      case "review":
      case "pause": {
        const { does: verb, phase, comment = null } = step
        return answer(
          yield* client.runs.answerCheckpoint({ params: { id, phase }, headers, payload: { verb, comment } })
        )
      }
      case "record": {
        const { phase, evidence } = step
        return answer(yield* client.runs.recordEvidence({ params: { id, phase }, headers, payload: evidence }))
      }
      case "sign-off":
        return answer(yield* client.runs.requestSignoff({ params: { id, phase: step.phase }, headers, payload: {} }))
      case "approve":
      case "reject": {
        const { does: decision, phase, comment = null } = step
        const asked = standing.waiting.find((one) => one.for === "signoff" && one.phase === phase)
        if (asked === undefined) return yield* DemoFailed.because(`Nobody has asked for the sign-off of ${phase}`)
        const payload = { decision, comment }
        yield* client.approvals.decide({ params: { id: asked.approvalId }, headers, payload })
        return { id, version: standing.run.version + 1 } // the same command has told the run
      }
      case "ask": {
        const { phase, role, text } = step
        return answer(yield* client.runs.askQuestion({ params: { id }, headers, payload: { text, role, phase } }))
      }
      case "answer": {
        const [asked] = standing.run.openQuestions
        if (asked === undefined) return yield* DemoFailed.because("The story has no open question")
        const payload = { answer: step.text }
        return answer(yield* client.runs.answerQuestion({ params: { id, note: asked.id }, headers, payload }))
      }
    }
  })

const list = (text: string | undefined): ReadonlyArray<string> => (text === undefined ? [] : [text])
