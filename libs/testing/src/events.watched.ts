import { appendFileSync, mkdirSync } from "node:fs"
import { nkeyAuthenticator } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import { type EventsValidator, makeEventsValidator } from "./events.validator.ts"

/** What came by on `evt.>` so far. */
export interface Watched {
  readonly checked: number
  /** A sentence for each of the first messages that AsyncAPI does not describe. */
  readonly faults: ReadonlyArray<string>
}

/** Where `npm test` finds how many events a project's tests published: a line of JSON for each server. */
const REPORT = "reports/events.ndjson"
const MOST_FAULTS = 5
/** How the `Nats-Msg-Id` begins of what a spec publishes itself and no relay of ours ever would. */
const FOREIGN = "foreign-"
/** Events of no contract, for specs of what knows no noun: the consumers' runtime. */
const MADE_UP = /^evt\.[^.]+\.note\./

let validator: EventsValidator | undefined

/**
 * Overhears every event that is published on a server, by whoever it is, and holds it to the AsyncAPI document. It reconnects
 * sooner than our services do, so it is there before they publish again.
 */
export const watchEvents = async (url: string, seed?: string) => {
  const faults: Array<string> = []
  const poison = new Set<string>()
  let checked = 0
  const nc = await connect({
    servers: url,
    name: "events watcher",
    reconnectTimeWait: 20,
    reconnectJitter: 0,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    ...(seed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) })
  })
  nc.subscribe("evt.>", {
    callback: (error, { subject, data, headers }) => {
      const id = headers?.get("Nats-Msg-Id") ?? ""
      if (id.startsWith(FOREIGN) || MADE_UP.test(subject) || poison.has(id)) return
      validator ??= makeEventsValidator()
      checked += 1
      const fault = error === null ? faultOf(validator, subject, data) : error.message
      if (fault !== undefined && faults.length < MOST_FAULTS) faults.push(fault)
    }
  })
  await nc.flush()
  return {
    /** An event that a spec lets be published although it is broken. */
    poison: (eventId: string): void => void poison.add(eventId),
    /** To be called while the server may still be running; what it has sent is looked at first. */
    stop: async (): Promise<Watched> => {
      await Promise.race([nc.flush().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1_000))])
      await nc.close()
      return { checked, faults }
    }
  }
}

const faultOf = (validate: EventsValidator, subject: string, data: Uint8Array): string | undefined => {
  try {
    return validate({ subject, data })
  } catch (thrown) {
    return `${subject} carries no JSON: ${String(thrown)}`
  }
}

/** Lets `npm test` count them. */
export const reportEvents = (checked: number): void => {
  if (checked === 0) return
  mkdirSync("reports", { recursive: true })
  appendFileSync(REPORT, `${JSON.stringify({ checked })}\n`)
}
