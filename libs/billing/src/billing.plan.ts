import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import type { AnyEvent } from "@sluice/contracts/event/event.registry"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { taskId as runTaskId } from "@sluice/contracts/run/run.ids"
import { key, type Memory, type SessionMemory } from "./billing.memory.ts"
import { Sums } from "./billing.sums.ts"
import { monthOf } from "./calendar.ts"
import { type Entry, handEntry, usageEntry } from "./ledger.entry.ts"
import { Books } from "./price.book.ts"
import { type Fact, stretches } from "./usage.fact.ts"
import { type Item, rate } from "./usage.rating.ts"

/**
 * Pure: what events mean for usage, ledger and sums. They are taken in the order of the log, and the same log gives the same
 * however it is cut into batches. Publishing prices (`prices.change`) and closing a month look at more than a batch.
 */

export type Billed = RecordedEvent & AnyEvent

/** A fact with what it costs now. */
export interface Metered {
  readonly fact: Fact
  readonly items: ReadonlyArray<Item>
  /** Of its first item, where that has a price. */
  readonly entries: ReadonlyArray<Entry>
}

export class Plan {
  readonly metered: Array<Metered> = []
  /** Entries by hand. */
  readonly entries: Array<Entry> = []
  readonly sums = new Sums()
  /** Keys into the memory: what is to be saved. */
  readonly sessions = new Set<string>()
  readonly tasks = new Set<string>()
  readonly counters = new Set<string>()

  readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Takes the next event. */
  add(event: Billed): void {
    switch (event.type) {
      case "session.opened":
        this.#keep(event, {
          role: event.data.role,
          taskId: taskOf(event.data.taskId),
          since: null,
          activeMillis: 0
        })
        break
      case "session.updated":
        if (event.data.taskId !== undefined) this.#change(event, { taskId: taskOf(event.data.taskId) })
        break
      case "session.activated":
      case "session.resumed":
        if (this.#session(event)?.since === null) this.#change(event, { since: event.recordedAt })
        break
      case "session.paused":
      case "session.completed":
      case "session.failed":
      case "session.expired": {
        const { tenant, streamId, eventId, position, recordedAt } = event
        this.meterTime({ tenant, sessionId: idOf(streamId), sourceId: eventId, eventId, position }, recordedAt, null, 0)
        break
      }
      case "session.usage-recorded": {
        const { meter, quantity, model, at } = event.data
        this.#meter(event, this.#worker(event.tenant, idOf(event.streamId)), { meter, quantity, model, at })
        break
      }
      case "approval.decision-recorded":
        this.#meter(event, NOBODY, {
          meter: "approval.decisions",
          quantity: 1,
          model: null,
          at: event.recordedAt
        })
        break
      case "run.started": {
        const runId = idOf(event.streamId)
        for (const phase of event.data.definition.phases)
          for (const task of phase.tasks) this.#task(event, runTaskId(runId, task.key), phase.id)
        break
      }
      case "run.task-added":
        this.#task(event, event.data.id, event.data.phase)
        break
      case "billing.credited":
        this.#byHand(event, "credit", BigInt(event.data.amount), event.data.reason)
        break
      case "billing.adjusted":
        this.#byHand(event, "adjustment", BigInt(event.data.amount), event.data.reason)
        break
      default:
        return
    }
  }

  /**
   * Meters a session's active time up to a moment. It ends there (`goesOnAt` null), or goes on from there. Answers how many lines
   * were posted in all, counted from `line`.
   */
  meterTime(
    source: Pick<Fact, "tenant" | "sessionId" | "sourceId" | "eventId" | "position">,
    until: string,
    goesOnAt: string | null,
    line: number
  ): number {
    const { tenant, sessionId } = source
    const session = this.memory.sessions.get(key(tenant, sessionId))
    if (session === undefined || session.since === null) return line
    const { since, activeMillis } = session
    const worker = this.#worker(tenant, sessionId)
    let next = line
    for (const stretch of stretches(since, until, activeMillis)) {
      const { part, at, until: end, seconds } = stretch
      const interval = { part, at, until: end, activeMillis: stretch.activeMillis, quantity: seconds }
      next = this.#post({ ...source, ...worker, meter: "session.seconds", model: "", ...interval }, next)
    }
    const length = Math.max(0, Date.parse(until) - Date.parse(since))
    this.memory.sessions.set(key(tenant, sessionId), {
      ...session,
      since: goesOnAt,
      activeMillis: activeMillis + length
    })
    this.sessions.add(key(tenant, sessionId))
    return next
  }

  #meter(
    { tenant, eventId, position }: Billed,
    worker: Worker,
    used: { readonly meter: string; readonly quantity: number; readonly model: string | null; readonly at: string }
  ): void {
    const moment = { part: 0, at: used.at, until: null, activeMillis: null }
    const { meter, quantity, model } = used
    this.#post(
      { tenant, sourceId: eventId, eventId, position, ...worker, ...moment, meter, quantity, model: model ?? "" },
      0
    )
  }

  #post(used: Omit<Fact, "before">, line: number): number {
    const { tenant, meter, model, at, quantity, position } = used
    const counter = key(tenant, monthOf(at), meter, model)
    const before = this.memory.counters.get(counter) ?? 0n
    this.memory.counters.set(counter, before + BigInt(quantity))
    this.counters.add(counter)
    const fact: Fact = { ...used, before }
    const { books, closedThrough } = this.memory.accounts.get(tenant) ?? NEW_ACCOUNT
    const items = rate(fact, books)
    const entries: Array<Entry> = []
    let unpriced = 0
    for (const item of items) {
      if (isPriced(item)) {
        const posted = { position, line: line + entries.length, revision: 0, reversal: false }
        const entry = usageEntry(fact, item, posted, closedThrough)
        entries.push(entry)
        this.sums.posted(entry, fact)
      } else unpriced += item.quantity
    }
    this.sums.used(fact, unpriced)
    this.metered.push({ fact, items, entries })
    return line + entries.length
  }

  #byHand(event: Billed, kind: "credit" | "adjustment", amount: bigint, reason: string): void {
    const { closedThrough } = this.memory.accounts.get(event.tenant) ?? NEW_ACCOUNT
    const entry = handEntry(event, kind, amount, reason, closedThrough)
    this.entries.push(entry)
    this.sums.posted(entry)
  }

  #session({ tenant, streamId }: Billed): SessionMemory | undefined {
    return this.memory.sessions.get(key(tenant, idOf(streamId)))
  }

  #keep({ tenant, streamId }: Billed, session: SessionMemory): void {
    const at = key(tenant, idOf(streamId))
    this.memory.sessions.set(at, session)
    this.sessions.add(at)
  }

  #change(event: Billed, changes: Partial<SessionMemory>): void {
    const session = this.#session(event)
    if (session !== undefined) this.#keep(event, { ...session, ...changes })
  }

  #task({ tenant, streamId }: Billed, task: string, phase: string): void {
    const runId = idOf(streamId)
    this.memory.tasks.set(key(tenant, task), { runId, phase: `${runId}/${phase}` })
    this.tasks.add(key(tenant, task))
  }

  /** Who uses something in a session: its role, and the run and phase of its task at this moment of the log. */
  #worker(tenant: string, sessionId: string): Worker {
    const session = this.memory.sessions.get(key(tenant, sessionId))
    if (session === undefined) return { ...NOBODY, sessionId }
    const { role, taskId } = session
    const { runId, phase } = this.memory.tasks.get(key(tenant, taskId)) ?? NO_TASK
    return { role, sessionId, runId, phase, taskId }
  }
}

type Worker = Pick<Fact, "role" | "sessionId" | "runId" | "phase" | "taskId">
const NO_TASK = { runId: "", phase: "" } as const
const NOBODY: Worker = { role: "", sessionId: "", taskId: "", ...NO_TASK }
const NEW_ACCOUNT = { closedThrough: null, books: new Books([]) } as const

export const isPriced = (item: Item): item is Item & { readonly amount: bigint } => item.amount !== null

/** As runs name their tasks: a session may have been given its id in capitals. */
const taskOf = (taskId: string | null): string => taskId?.toLowerCase() ?? ""
