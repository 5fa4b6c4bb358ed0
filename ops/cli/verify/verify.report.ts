/** What can be wrong. Any of them makes `verify` exit 1. */
export const faults = {
  unpublished: "committed events that are not in JetStream",
  foreign: "messages in EVENTS that are no events of this database",
  altered: "messages that do not say what their event says",
  disordered: "events that came to JetStream before an earlier one of their stream",
  gaps: "events or streams whose versions do not follow each other",
  outbox: "outbox rows and events that do not belong together",
  keys: "idempotency keys that point at nothing",
  unapplied: "events that a consumer has not applied",
  parked: "event streams that are parked",
  dead: "messages that a consumer could not read",
  drift: "read-model rows that are not the fold of their stream",
  timers: "timers that are not what the events call for",
  deliveries: "webhook deliveries that are missing, or that no subscription wanted",
  inbox: "notifications that are missing, that no rule makes, or that are not settled",
  billing: "ledger entries, usage or statements that are not what the events say"
} as const
export type Fault = keyof typeof faults

/** One thing that is wrong, named so that it can be found. */
export interface Problem {
  readonly fault: Fault
  readonly what: string
}

/** What `verify` found. Counts are exact; `problems` names the first hundred of each kind. */
export interface VerifyReport extends Readonly<Record<Fault, number>> {
  readonly ok: boolean
  /** Committed events, up to the horizon at which the check began. */
  readonly events: number
  readonly streams: number
  /** Events found in JetStream. */
  readonly published: number
  /** Events that JetStream's retention has removed, as it may. */
  readonly expired: number
  /** Messages in JetStream that repeat an earlier one. */
  readonly repeated: number
  /** Events that were given up by an operator (`parked skip`) and never applied. */
  readonly skipped: number
  /** Read-model rows that were compared. */
  readonly rows: number
  /** Webhook deliveries that were compared. */
  readonly webhooks: number
  /** Notifications that were compared. */
  readonly notifications: number
  /** Ledger entries that were compared. */
  readonly entries: number
  readonly problems: ReadonlyArray<Problem>
}

type Count = Exclude<keyof VerifyReport, "ok" | "problems" | Fault>

/** Counts while the checks run. */
export interface Tally {
  readonly found: (fault: Fault, what: string) => void
  /** So many more that nobody has named. */
  readonly unnamed: (fault: Fault, count: number) => void
  readonly add: (count: Count, by?: number) => void
  readonly report: () => VerifyReport
}

const namedAtMost = 100

export const makeTally = (): Tally => {
  const counts = {
    events: 0,
    streams: 0,
    published: 0,
    expired: 0,
    repeated: 0,
    skipped: 0,
    rows: 0,
    webhooks: 0,
    notifications: 0,
    entries: 0
  }
  const wrong = Object.fromEntries(Object.keys(faults).map((fault) => [fault, 0])) as Record<Fault, number>
  const problems: Array<Problem> = []
  return {
    found: (fault, what) => {
      wrong[fault] += 1
      if (wrong[fault] <= namedAtMost) problems.push({ fault, what })
    },
    unnamed: (fault, count) => {
      wrong[fault] += count
    },
    add: (count, by = 1) => {
      counts[count] += by
    },
    report: () => ({ ok: Object.values(wrong).every((n) => n === 0), ...counts, ...wrong, problems: [...problems] })
  }
}

/** How problems name an event. */
export const eventName = (event: {
  readonly tenant: string
  readonly streamId: string
  readonly version: number
  readonly position: number
  readonly eventId: string
}): string =>
  `${event.tenant} ${event.streamId} version ${event.version} (position ${event.position}, event ${event.eventId})`
