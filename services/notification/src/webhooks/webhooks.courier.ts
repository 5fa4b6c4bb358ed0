import { CONTENT_TYPE } from "@sluice/contracts/event/event.cloud-event"
import type { PostOutcome } from "./post.outcome.ts"
import type { Poster } from "./post.send.ts"
import type { Signer } from "./post.sign.ts"
import { inFlight } from "./webhooks.metrics.ts"
import type { AttemptKey, AttemptResult, Claim, ClaimedEndpoint, Released } from "./webhooks.sql.ts"

/** Milliseconds until a delivery is tried whose endpoint nobody can sign for now. */
const UNSIGNED_DELAY = 60_000

export interface CourierSettings {
  /** Posts at once: to one endpoint, and in all. */
  readonly perEndpoint: number
  readonly inAll: number
  /** Deliveries of one endpoint that are taken ahead while it works. */
  readonly ahead: number
  /** Milliseconds after a claim was asked for until which its posts may begin. */
  readonly beginWithin: number
  readonly poster: Poster
  /** Throws where the secret is missing or cannot be opened. */
  readonly signerOf: (endpoint: ClaimedEndpoint) => Signer
  readonly retryAfter: (tries: number) => number | null
  /** There are results or releases to store. */
  readonly onDone: () => void
  /** There is room again where more may be due. */
  readonly onRoom: () => void
}

/** A result waits here until it is sent to the database, which counts back from then. */
export type Finished = Omit<AttemptResult, "ago"> & { readonly began: number }

export interface Done {
  readonly finished: ReadonlyArray<Finished>
  readonly released: ReadonlyArray<Released>
  /** Once they are stored there may be something to claim. */
  readonly lookAgain: boolean
}

interface Work extends AttemptKey {
  readonly tries: number
  readonly body: string
  /** By `performance.now()`. */
  readonly beginBefore: number
}

/** What this instance holds of one endpoint. */
interface Lane {
  readonly key: string
  origin: string
  path: string
  strict: boolean
  failing: boolean
  sign: Signer
  readonly waiting: Array<Work>
  underWay: number
  /** More of it is due than it had room for. */
  wantsMore: boolean
}

/**
 * The deliveries that this instance holds: which of them is posted when. Knows nothing of the database.
 *
 * Endpoints take turns, and none may have more posts under way than an eighth of what is free in all (one at least), so that
 * however many of them hang there is room for the others. With strict order one post at a time; after a failure what waits
 * behind it goes back. So does, without an attempt, what waits when an endpoint begins to fail, or for too long.
 */
export class Courier {
  readonly #settings: CourierSettings
  readonly #lanes = new Map<string, Lane>()
  /** Lanes where something waits, in turn. */
  readonly #queue = new Set<Lane>()
  #finished: Array<Finished> = []
  #released: Array<Released> = []
  #underWay = 0
  #held = 0
  #stopped = false
  #lookAgain = false
  #idle: Array<() => void> = []
  /** Seconds, by the database's clock, at `performance.now()` 0. */
  #clock = Date.now() / 1000 - performance.now() / 1000

  constructor(settings: CourierSettings) {
    this.#settings = settings
  }

  get underWay(): number {
    return this.#underWay
  }

  /** Deliveries that are leased: waiting, under way, or not stored yet. */
  get held(): number {
    return this.#held
  }

  /** How many of each endpoint are held, for a claim of so many ahead. One that is full will ask for more. */
  heldByEndpoint(ahead: number): Record<string, number> {
    const held: Record<string, number> = {}
    for (const lane of this.#lanes.values()) {
      const count = lane.waiting.length + lane.underWay
      held[lane.key] = count
      if (count >= Math.min(ahead, this.#mostOf(lane))) lane.wantsMore = true
    }
    return held
  }

  /**
   * Takes what was claimed. Answers the endpoints that nobody can sign for: their deliveries go back.
   *
   * @param askedAt when the claim was sent, by `performance.now()`: the lease cannot have begun earlier
   */
  take(claim: Claim, askedAt: number): ReadonlyArray<{ readonly endpoint: ClaimedEndpoint; readonly error: unknown }> {
    this.#clock = (claim.now - performance.now()) / 1000
    const beginBefore = askedAt + this.#settings.beginWithin
    const unsigned: Array<{ readonly endpoint: ClaimedEndpoint; readonly error: unknown }> = []
    for (const endpoint of claim.endpoints) {
      const { tenant, id: subscriptionId } = endpoint
      const works = endpoint.deliveries.map(
        ([deliveryId, attempt, tries, body]): Work => ({
          ...{ tenant, subscriptionId, deliveryId, attempt, tries, body, beginBefore }
        })
      )
      this.#held += works.length
      try {
        const lane = this.#laneOf(endpoint)
        lane.waiting.push(...works)
        this.#queue.add(lane)
      } catch (error) {
        this.#release(works, UNSIGNED_DELAY)
        unsigned.push({ endpoint, error })
      }
    }
    if (this.#stopped) this.#releaseAll()
    else this.#pump()
    return unsigned
  }

  /** Gives back what has waited for too long. */
  sweep(): void {
    const now = performance.now()
    for (const lane of this.#queue) {
      const late = lane.waiting.findIndex(({ beginBefore }) => beginBefore > now)
      if (late !== 0) this.#release(lane.waiting.splice(0, late < 0 ? lane.waiting.length : late), 0)
      if (lane.waiting.length === 0) this.#queue.delete(lane)
      if (lane.waiting.length + lane.underWay === 0) this.#lanes.delete(lane.key)
    }
  }

  /** What is to be stored, once: hand it to `stored` when it is. */
  drain(limit: number): Done {
    const finished = this.#finished.splice(0, limit)
    const released = this.#released
    const lookAgain = this.#lookAgain || released.length > 0
    this.#released = []
    this.#lookAgain = this.#finished.length > 0 && this.#lookAgain
    return { finished, released, lookAgain }
  }

  get hasDone(): boolean {
    return this.#finished.length > 0 || this.#released.length > 0
  }

  stored(count: number): void {
    this.#held -= count
  }

  /** Begins nothing any more and gives back what waits. */
  stop(): void {
    this.#stopped = true
    this.#releaseAll()
  }

  /** Calls back once nothing is under way. */
  whenIdle(call: () => void): void {
    if (this.#underWay === 0) call()
    else this.#idle.push(call)
  }

  #releaseAll(): void {
    for (const lane of this.#queue) this.#release(lane.waiting.splice(0), 0)
    this.#queue.clear()
  }

  #mostOf(lane: Lane): number {
    return lane.failing ? this.#settings.perEndpoint : this.#settings.ahead
  }

  #laneOf(endpoint: ClaimedEndpoint): Lane {
    const key = `${endpoint.tenant}/${endpoint.id}`
    const { origin, pathname, search } = new URL(endpoint.url)
    const sign = this.#settings.signerOf(endpoint)
    const known = this.#lanes.get(key)
    const { strict, failing, more: wantsMore } = endpoint
    const now = { origin, path: pathname + search, strict, failing, sign, wantsMore }
    if (known !== undefined) return Object.assign(known, now)
    const lane: Lane = { key, ...now, waiting: [], underWay: 0 }
    this.#lanes.set(key, lane)
    return lane
  }

  /** Begins what may begin, endpoint by endpoint in turn. */
  #pump(): void {
    let began = true
    while (began) {
      began = false
      for (const lane of this.#queue) {
        const free = this.#settings.inAll - this.#underWay
        if (free <= 0) return
        const most = lane.strict ? 1 : Math.min(this.#settings.perEndpoint, Math.max(1, Math.floor(free / 8)))
        if (lane.underWay >= most) continue
        const work = lane.waiting.shift() as Work
        this.#queue.delete(lane)
        if (lane.waiting.length > 0) this.#queue.add(lane)
        if (performance.now() >= work.beginBefore) {
          this.#release([work, ...lane.waiting.splice(0)], 0)
          this.#queue.delete(lane)
        } else this.#begin(lane, work)
        began = true
      }
    }
  }

  #begin(lane: Lane, work: Work): void {
    const began = performance.now()
    const seconds = Math.floor(this.#clock + began / 1000)
    const headers = [
      ...["content-type", CONTENT_TYPE, "user-agent", "Sluice-Webhooks"],
      ...["webhook-id", work.deliveryId, "webhook-timestamp", String(seconds)],
      ...["webhook-signature", lane.sign(work.deliveryId, seconds, work.body)]
    ]
    lane.underWay += 1
    this.#underWay += 1
    inFlight.inc()
    const { origin, path } = lane
    this.#settings.poster.send({ origin, path, headers, body: work.body }, (outcome) =>
      this.#ended(lane, work, began, outcome)
    )
  }

  #ended(lane: Lane, work: Work, began: number, { outcome, ...rest }: PostOutcome): void {
    lane.underWay -= 1
    this.#underWay -= 1
    inFlight.dec()
    const { tries, body: _, beginBefore: __, ...key } = work
    const retryAfter = outcome === "delivered" ? null : this.#settings.retryAfter(tries)
    this.#finished.push({ ...key, outcome, ...rest, retryAfter, began })
    if (outcome === "delivered") lane.failing = false
    else {
      if (lane.strict || !lane.failing) {
        this.#release(lane.waiting.splice(0), 0)
        this.#queue.delete(lane)
      }
      lane.failing = true
    }
    // The database knows what comes next of it only when this is stored.
    if (outcome !== "delivered" || (lane.strict && lane.waiting.length === 0)) this.#lookAgain = true
    this.#pump()
    const left = lane.waiting.length + lane.underWay
    if (lane.wantsMore && left <= this.#mostOf(lane) / 2) {
      lane.wantsMore = false
      this.#settings.onRoom()
    }
    if (left === 0) this.#lanes.delete(lane.key)
    this.#settings.onDone()
    if (this.#underWay === 0) for (const call of this.#idle.splice(0)) call()
  }

  #release(works: ReadonlyArray<Work>, delay: number): void {
    if (works.length === 0) return
    for (const { tenant, subscriptionId, deliveryId, attempt } of works)
      this.#released.push({ tenant, subscriptionId, deliveryId, attempt, delay })
    this.#settings.onDone()
  }
}
