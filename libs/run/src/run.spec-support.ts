import { type ApprovalState, approval } from "@sluice/approval"
import type { Actor } from "@sluice/contracts/actor/actor"
import type { ApprovalRefusal } from "@sluice/contracts/approval/approval.errors"
import type { ApprovalEvent } from "@sluice/contracts/approval/approval.events"
import type { BudgetBlock } from "@sluice/contracts/budget/budget.errors"
import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { AnswerCheckpoint, StartRun, TransitionPhase } from "@sluice/contracts/run/run.commands"
import type { RunEvent } from "@sluice/contracts/run/run.events"
import { approvalId } from "@sluice/contracts/run/run.ids"
import type { RunView } from "@sluice/contracts/run/run.views"
import { minute, minuteIso, person, storyteller } from "@sluice/contracts/testing/testing.given-when-then"
import type {
  AskingDefinition,
  PhaseDefinition,
  WorkflowDefinition
} from "@sluice/contracts/workflow/workflow.definition"
import { Result } from "effect"
import { v5 } from "uuid"
import type { ApprovalEffect, RunContext, RunDecision, RunRefusal } from "./run.act.ts"
import {
  type ApprovalContext,
  answerCheckpoint,
  approvalEvents,
  cancelApproval,
  decideApproval,
  escalateApproval,
  expireApproval,
  type GateDecision
} from "./run.approvals.ts"
import { transition } from "./run.decide.phases.ts"
import { completeTask, startTask } from "./run.decide.tasks.ts"
import { start } from "./run.decide.ts"
import { newest, phaseOf } from "./run.phases.ts"
import type { Phase, RunState, StartedRun, Visit } from "./run.state.ts"
import { run } from "./run.stream.ts"
import { view } from "./run.view.ts"

/** The words of this noun's specs: a run of a small definition with its approvals beside it, all in memory. */

export const RUN_ID = "0197a1f0-1c00-7000-8000-000000000001"
export const WORKFLOW = { name: "Release", version: 1, digest: "d1" }
const CORRELATION = "corr-1"

export const ada = person("ada", "pm")
export const ann = person("ann", "reviewer")
export const fred = person("fred", "finance", "reviewer")
export const guest = person("guest")

export const asking = (more: Partial<AskingDefinition> = {}): AskingDefinition => ({
  required: [{ roles: ["reviewer"], count: 1 }],
  expiresAfter: null,
  remindEvery: null,
  escalation: null,
  ...more
})
/** What `checkpoint: true` of a workflow becomes. */
export const anybody = asking({ required: [{ roles: ["*"], count: 1 }] })

type Drawn = Partial<Omit<PhaseDefinition, "tasks">> & {
  /** Keys; "B1 < A1, A2" depends on two of them. */
  readonly tasks?: ReadonlyArray<string>
}
type Draft = Drawn & { readonly id: string }
export const phase = (id: string, more: Drawn = {}): Draft => ({ id, ...more })

/** Phases in order, each leading to the next unless told; the last one is terminal. */
export const plan = (...drafts: ReadonlyArray<Draft>): WorkflowDefinition => ({
  phases: drafts.map(({ tasks = [], ...draft }, index) => {
    const next = drafts[index + 1]
    return {
      name: `Phase ${draft.id}`,
      transitions: next === undefined ? [] : [next.id],
      terminal: next === undefined,
      doneDefinitions: [],
      gate: [],
      checkpoint: null,
      signoff: null,
      prompt: null,
      nextSteps: [],
      ...draft,
      tasks: tasks.map((text) => {
        const [key = "", needs] = text.split(" < ")
        return { key, title: `Do ${key}`, dependsOn: needs?.split(", ") ?? [], estimate: null }
      })
    }
  })
})

/** What a deed makes of the run, of approvals that the run asks for or withdraws, and of the approval that it was done to. */
interface Change {
  readonly run: ReadonlyArray<RunEvent>
  readonly effects: ReadonlyArray<ApprovalEffect>
  readonly decided: ReadonlyArray<readonly [id: string, events: ReadonlyArray<ApprovalEvent>]>
}
export type Decided = Result.Result<Change, RunRefusal | ApprovalRefusal>
/** Something that somebody does to a run, or to an approval that it asked for. */
export type Deed = (told: Told) => Decided

type Command<Body> = (state: RunState, body: Body, context: RunContext) => RunDecision
type PartCommand<Body> = (state: RunState, part: string, body: Body, context: RunContext) => RunDecision
type Kind = "checkpoint" | "signoff"

const ofRun = (decision: RunDecision): Decided =>
  Result.map(decision, ({ events, approvals }) => ({ run: events, effects: approvals, decided: [] }))

/** A command on the run. */
export const on =
  <Body>(command: Command<Body>, body: Body): Deed =>
  ({ state, context }) =>
    ofRun(command(state, body, context))

/** A command that needs no more than the run. */
export const bare =
  (command: (state: RunState, context: RunContext) => RunDecision): Deed =>
  ({ state, context }) =>
    ofRun(command(state, context))

/** A command on a task or a phase. */
export const at =
  <Body>(command: PartCommand<Body>, part: string, body: Body): Deed =>
  ({ state, context }) =>
    ofRun(command(state, part, body, context))

export const starts = (key: string, blocks: ReadonlyArray<BudgetBlock> = []): Deed => at(startTask, key, { blocks })
export const completes = (...keys: ReadonlyArray<string>): ReadonlyArray<Deed> =>
  keys.map((key) => at(completeTask, key, {}))
export const goes = (from: string, to?: string, more: Omit<TransitionPhase, "to"> = {}): Deed =>
  at(transition, from, to === undefined ? more : { ...more, to })

/** The id of the newest approval that the phase asked for; of the first one where it has asked for none. */
export const askedFor = (state: RunState, kind: Kind, phaseId: string): string => {
  const found = state.status === "none" ? undefined : phaseOf(state, phaseId)
  const visit = found === undefined ? undefined : newest(found)
  return visit?.[kind]?.approvalId ?? approvalId(RUN_ID, kind, phaseId, visit?.visit ?? 1, 1)
}

type OnApproval = (run: RunState, approval: ApprovalState, context: ApprovalContext) => GateDecision
/** Does something to the newest approval that a phase asked for, or to the one that is named. */
export const gate =
  (kind: Kind, phaseId: string, decide: OnApproval, named?: string): Deed =>
  ({ state, approvals, context: { id: runId, ...context } }) => {
    const asked = named ?? askedFor(state, kind, phaseId)
    const question = approvals.get(asked) ?? approval.initial
    return Result.map(decide(state, question, { ...context, runId, approvalId: asked }), (change) => ({
      run: change.run,
      effects: [],
      decided: [[asked, change.approval] as const]
    }))
  }

export const says = (phaseId: string, verb: AnswerCheckpoint["verb"], comment: string | null = null): Deed =>
  gate("checkpoint", phaseId, (state, question, context) =>
    answerCheckpoint(state, question, phaseId, { verb, comment }, context)
  )
export const decides = (
  kind: Kind,
  phaseId: string,
  decision: "approve" | "reject",
  comment: string | null = null,
  named?: string
): Deed =>
  gate(
    kind,
    phaseId,
    (state, question, context) => decideApproval(state, question, { decision, comment }, context),
    named
  )
export const expires = (kind: Kind, phaseId: string): Deed => gate(kind, phaseId, expireApproval)
export const escalates = (kind: Kind, phaseId: string): Deed => gate(kind, phaseId, escalateApproval)
export const withdraws = (kind: Kind, phaseId: string, reason: string | null = null): Deed =>
  gate(kind, phaseId, (state, question, context) =>
    cancelApproval(state, question, { reason }, { ...context, mayCancel: "any" })
  )

export const begins = (definition: WorkflowDefinition, body: Partial<StartRun> = {}): Deed => {
  return ({ state, context }) =>
    ofRun(
      start(
        state,
        { workflow: WORKFLOW.name, title: "Release 1", ...body },
        { ...context, workflow: WORKFLOW, definition }
      )
    )
}

interface Recorded {
  readonly state: RunState
  readonly approvals: ReadonlyMap<string, ApprovalState>
  readonly log: ReadonlyArray<Fact<RunEvent>>
  readonly minutes: number
}

/** A story told so far. Each deed is done a minute after the one before; telling on leaves what was told as it is. */
export class Told implements Recorded {
  readonly state: RunState
  /** Every approval that the run ever asked for. */
  readonly approvals: ReadonlyMap<string, ApprovalState>
  readonly log: ReadonlyArray<Fact<RunEvent>>
  readonly minutes: number
  readonly #actor: Actor

  constructor({ state, approvals, log, minutes }: Recorded, actor: Actor = ada) {
    this.state = state
    this.approvals = approvals
    this.log = log
    this.minutes = minutes
    this.#actor = actor
  }

  /** Who does what follows. */
  by(actor: Actor): Told {
    return new Told(this, actor)
  }

  later(minutes: number): Told {
    const { state, approvals, log } = this
    return new Told({ state, approvals, log, minutes: this.minutes + minutes }, this.#actor)
  }

  /** Everything is done; a refusal ends the spec. */
  did(...deeds: ReadonlyArray<Deed>): Told {
    return deeds.reduce<Told>((told, deed) => told.with(Result.getOrThrow(deed(told))), this)
  }

  /** What comes of a deed for the run, as `given(...).when(...)` tells it. */
  when(deed: Deed) {
    return storyteller({ initial: this.state, evolve: run.evolve })().when(() =>
      Result.map(deed(this), (change) => change.run)
    )
  }

  get context(): RunContext {
    const freshId = v5(`fresh/${this.log.length}/${this.minutes}`, RUN_ID)
    return { id: RUN_ID, actor: this.#actor, now: minute(this.minutes), correlationId: CORRELATION, freshId }
  }

  get started(): StartedRun {
    if (this.state.status === "none") throw new Error("The run was not started")
    return this.state
  }

  get view(): RunView {
    return view(RUN_ID, this.state)
  }

  phase(id: string): Phase {
    return phaseOf(this.started, id) as Phase
  }

  /** A phase's newest visit. */
  visit(id: string): Visit {
    return newest(this.phase(id))
  }

  approval(kind: Kind, phaseId: string): ApprovalState {
    return this.approvals.get(askedFor(this.state, kind, phaseId)) ?? approval.initial
  }

  /** Types of everything that happened to the run, without the category, from the n-th event on. */
  happened(from = 0): ReadonlyArray<string> {
    return this.log.slice(from).map(({ type }) => type.replace("run.", ""))
  }

  /** The story with what was decided. */
  with({ run: events, effects, decided }: Change): Told {
    const { context } = this
    const stamp = { recordedAt: minuteIso(this.minutes), actor: this.#actor }
    const approvals = new Map(this.approvals)
    const append = (id: string, news: ReadonlyArray<ApprovalEvent>) => {
      const before = approvals.get(id) ?? approval.initial
      const version = before.status === "none" ? 0 : before.version
      const facts = news.map((event, index) => ({ ...event, ...stamp, version: version + index + 1 }))
      if (facts.length > 0) approvals.set(id, facts.reduce(approval.evolve, before))
    }
    for (const [id, news] of decided) append(id, news)
    for (const effect of effects)
      append(effect.approvalId, approvalEvents(effect, approvals.get(effect.approvalId) ?? approval.initial, context))
    const facts = events.map(
      (event, index) => ({ ...event, ...stamp, version: this.log.length + index + 1 }) as Fact<RunEvent>
    )
    const state = facts.reduce(run.evolve, this.state)
    return new Told({ state, approvals, log: [...this.log, ...facts], minutes: this.minutes + 1 }, this.#actor)
  }
}

export const nothing = new Told({ state: run.initial, approvals: new Map(), log: [], minutes: 0 })

/** A run of these phases that was just started. */
export const running = (...drafts: ReadonlyArray<Draft>): Told => nothing.did(begins(plan(...drafts)))
