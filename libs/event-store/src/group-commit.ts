import { Effect } from "effect"
import { Overloaded } from "./command-bus.port.ts"
import { DatabaseClock } from "./database-clock.ts"
import { BatchOfDecisions, type Decided } from "./decide-batch.ts"
import { type LoadRequest, loadStates } from "./load-states.ts"
import { patiently } from "./patience.ts"
import type { PendingCommand } from "./pending-command.ts"
import { BatchSettlement } from "./settle-command.ts"
import { type Folded, StateCache } from "./state-cache.ts"
import { splitsBatch } from "./store.errors.ts"
import { type EventStore, type Snapshot, StoreError } from "./store.port.ts"

/*
 * Group commit: commands that arrive while batches are in flight form the next batch, so load makes the batches larger
 * and an idle system waits for nothing.
 *
 * States of a command: queued → (loading → queued) → in flight → answered, or queued again after a lost race.
 *
 * - The store is the only authority. The cache and the decisions made on it are guesses that the append confirms; a
 *   refusal and a decision without events go through it too, as guards.
 * - A stream or key that is in flight, or that a command further ahead waits for, is never picked for a second batch:
 *   commands on one stream are decided in the order in which they came.
 * - What is queued is divided among the places that are free, so that the database works on one batch while another one
 *   is decided or flushed.
 * - Within a batch a later command is decided on what an earlier one of its stream will make of it. When the earlier one
 *   is refused by the store, so is the later one, and both are decided again on fresh state.
 * - One bad command: the batch is split and appended in parts until it stands alone and is answered alone. What was decided
 *   on an earlier command's stream is decided again afterwards, because only one append can tie the two together.
 * - A lock held elsewhere (another instance uses the same key): the command waits outside of the batches.
 * - The connection breaks: the same batch with the same ids is repeated; keys tell what had been done already.
 * - The database is away: batches in flight repeat until their callers' patience ends, then fail as unavailable. Commands
 *   queue meanwhile, up to `maxQueued`; the next one is refused as overloaded and nothing of it was done.
 * - The process dies: what was committed is committed; callers that got no answer repeat with their key.
 */

export interface GroupCommitOptions {
  /** Batches under way at once. */
  readonly maxInFlight: number
  readonly maxCommands: number
  readonly maxBytes: number
  readonly maxQueued: number
  /** Lost races after which a command is given up. */
  readonly maxAttempts: number
  /** Milliseconds a command may take, queueing included. */
  readonly patience: number
  /** Folded streams kept in memory. */
  readonly cachedStreams: number
  readonly onBatch: (batch: { readonly commands: number; readonly bytes: number }) => void
  /** Something was committed: wake the relay. */
  readonly onAppended: () => void
}

/** Commands in a batch that is not divided: what a batch costs by itself would outweigh the gain. */
const SMALLEST_SHARE = 16

export class GroupCommit {
  readonly cache: StateCache
  readonly clock = new DatabaseClock()
  readonly #store: EventStore["Service"]
  readonly #options: GroupCommitOptions
  readonly #run: (effect: Effect.Effect<void>) => void
  readonly #busy = new Set<string>()
  #queue: Array<PendingCommand> = []
  #inFlight = 0
  #loading = 0
  #pumpScheduled = false

  constructor(store: EventStore["Service"], options: GroupCommitOptions, run: (effect: Effect.Effect<void>) => void) {
    this.#store = store
    this.#options = options
    this.#run = run
    this.cache = new StateCache(options.cachedStreams)
  }

  get queued(): number {
    return this.#queue.length + this.#loading
  }

  submit(pending: PendingCommand): void {
    if (this.queued >= this.#options.maxQueued) {
      pending.refuse(new Overloaded({ queued: this.queued }))
    } else {
      this.#queue.push(pending)
      this.#schedulePump()
    }
  }

  /** Once per turn of the event loop, so that requests read in one turn share a batch. */
  #schedulePump(): void {
    if (this.#pumpScheduled) return
    this.#pumpScheduled = true
    setImmediate(() => {
      this.#pumpScheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    while (this.#inFlight < this.#options.maxInFlight && this.#queue.length > 0) {
      const batch = this.#pick(this.#share())
      if (batch.length === 0) return
      this.#flush(batch)
    }
  }

  /**
   * How many commands the next batch may hold. What is queued is shared by the free places: callers who are answered
   * together come back together, and once they all fit one batch nothing would ever part them again.
   */
  #share(): number {
    const free = this.#options.maxInFlight - this.#inFlight
    return Math.min(this.#options.maxCommands, Math.max(SMALLEST_SHARE, Math.ceil(this.#queue.length / free)))
  }

  #again(commands: ReadonlyArray<PendingCommand>): void {
    this.#queue = [...commands, ...this.#queue]
    this.#schedulePump()
  }

  #pick(maxCommands: number): ReadonlyArray<Decided> {
    const steady = DatabaseClock.steady()
    const decisions = new BatchOfDecisions(this.cache, this.clock.now() ?? Date.now())
    const blocked = new Set<string>()
    const keys = new Set<string>()
    const batch: Array<Decided> = []
    const toLoad: Array<PendingCommand> = []
    const rest: Array<PendingCommand> = []
    let bytes = 0
    for (const [index, pending] of this.#queue.entries()) {
      if (batch.length >= maxCommands || bytes >= this.#options.maxBytes) {
        rest.push(...this.#queue.slice(index))
        break
      }
      const touches = [...pending.streamKeys, ...pending.keyIds]
      if (touches.some((one) => this.#busy.has(one) || blocked.has(one) || keys.has(one))) {
        for (const one of touches) blocked.add(one)
        rest.push(pending)
      } else if (pending.deadline <= steady) {
        pending.refuse(unavailable("The command waited too long for the database"))
      } else {
        try {
          const decided = decisions.decide(pending)
          if (decided === undefined) {
            for (const one of touches) blocked.add(one)
            toLoad.push(pending)
          } else if (batch.length > 0 && bytes + decided.bytes > this.#options.maxBytes) {
            rest.push(...this.#queue.slice(index))
            break
          } else {
            batch.push(decided)
            bytes += decided.bytes
            for (const one of pending.keyIds) keys.add(one)
          }
        } catch (defect) {
          pending.die(defect)
        }
      }
    }
    this.#queue = rest
    if (toLoad.length > 0) this.#load(toLoad)
    if (batch.length > 0) this.#options.onBatch({ commands: batch.length, bytes })
    return batch
  }

  #load(commands: ReadonlyArray<PendingCommand>): void {
    const missing = new Map<string, LoadRequest>()
    for (const { command, streamKeys } of commands) {
      for (const [index, key] of streamKeys.entries()) {
        const ref = command.streams[index]
        if (ref !== undefined && this.cache.get(key) === undefined) missing.set(key, { tenant: command.tenant, ref })
      }
    }
    const keys = [...missing.keys()]
    this.#loading += commands.length
    this.#run(
      loadStates(this.#store, [...missing.values()]).pipe(
        patiently(lastDeadline(commands)),
        Effect.match({
          onFailure: (error) => {
            for (const pending of commands) pending.refuse(error)
          },
          onSuccess: ({ folds, stale }) => {
            const loaded = new Map(folds.map((folded, index) => [keys[index] as string, folded]))
            for (const [key, { ref }] of missing) this.cache.keep(key, ref, loaded.get(key) as Folded)
            for (const pending of commands) pending.remember(loaded)
            this.#save(stale)
            this.#again(commands)
          }
        }),
        // An event that does not decode or fold is a defect of the stream, not of its neighbours.
        Effect.catchDefect((defect) =>
          Effect.sync(() => {
            if (commands.length === 1) commands[0]?.die(defect)
            else for (const pending of commands) this.#load([pending])
          })
        ),
        Effect.ensuring(
          Effect.sync(() => {
            this.#loading -= commands.length
          })
        )
      )
    )
  }

  #flush(batch: ReadonlyArray<Decided>): void {
    const touched = batch.flatMap(({ pending }) => [...pending.streamKeys, ...pending.keyIds])
    for (const one of touched) this.#busy.add(one)
    this.#inFlight += 1
    const again: Array<PendingCommand> = []
    this.#run(
      this.#append(batch, again).pipe(
        Effect.ensuring(
          Effect.sync(() => {
            for (const one of touched) this.#busy.delete(one)
            this.#inFlight -= 1
            this.#again(again)
          })
        )
      )
    )
  }

  #append(batch: ReadonlyArray<Decided>, again: Array<PendingCommand>): Effect.Effect<void> {
    const sent = DatabaseClock.steady()
    return this.#store.append(batch.map(({ append }) => append)).pipe(
      patiently(lastDeadline(batch.map(({ pending }) => pending)), splitsBatch),
      Effect.flatMap((outcomes) => {
        const settlement = new BatchSettlement(this.#store, this.cache)
        const recorded = outcomes.find((outcome) => outcome._tag === "appended")
        if (recorded !== undefined) {
          this.clock.observe(Date.parse(recorded.recordedAt), sent, DatabaseClock.steady())
          if (batch.some(({ events }) => events.length > 0)) this.#options.onAppended()
        }
        return Effect.forEach(
          batch,
          (decided, index) =>
            settlement.settle(
              decided,
              outcomes[index] as (typeof outcomes)[number],
              this.#options.maxAttempts,
              (pending) => again.push(pending)
            ),
          { discard: true }
        ).pipe(Effect.andThen(Effect.sync(() => this.#save(settlement.snapshots))))
      }),
      Effect.catch((error) => this.#failed(batch, again, error))
    )
  }

  #failed(batch: ReadonlyArray<Decided>, again: Array<PendingCommand>, error: StoreError): Effect.Effect<void> {
    if (splitsBatch(error) && batch.length > 1) {
      // Somebody holds a lock: find out who waits for it without making the others wait again and again.
      const { first, later } = byStream(batch)
      const size = error.code === "55P03" ? 1 : Math.ceil(first.length / 2)
      const parts = Array.from({ length: Math.ceil(first.length / size) }, (_, part) =>
        first.slice(part * size, (part + 1) * size)
      )
      return Effect.andThen(
        Effect.forEach(parts, (part) => this.#append(part, again), { discard: true }),
        Effect.sync(() => again.push(...later))
      )
    }
    return Effect.sync(() => {
      for (const { pending } of batch) {
        const patient = pending.deadline > DatabaseClock.steady()
        if (splitsBatch(error) && error.retryable && patient) setTimeout(() => this.#again([pending]), 50)
        else pending.refuse(error)
      }
    })
  }

  /** Snapshots only save time: losing one is not worth a word. */
  #save(snapshots: ReadonlyArray<Snapshot>): void {
    for (const snapshot of snapshots) this.#run(Effect.ignore(this.#store.saveSnapshot(snapshot)))
  }
}

/** The first command of every stream, and those that were decided after another one on the same stream. */
const byStream = (batch: ReadonlyArray<Decided>) => {
  const seen = new Set<string>()
  const first: Array<Decided> = []
  const later: Array<PendingCommand> = []
  for (const decided of batch) {
    const { streamKeys } = decided.pending
    if (streamKeys.some((key) => seen.has(key))) later.push(decided.pending)
    else first.push(decided)
    for (const key of streamKeys) seen.add(key)
  }
  return { first, later }
}

/** Somebody waits until then. */
const lastDeadline = (commands: ReadonlyArray<PendingCommand>): number =>
  Math.max(...commands.map(({ deadline }) => deadline))

const unavailable = (message: string): StoreError =>
  new StoreError({ message, code: "TIMEOUT", retryable: true, outcomeUnknown: false })
