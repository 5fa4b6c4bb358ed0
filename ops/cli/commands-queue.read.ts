import { type JetStreamManager, jetstream, type StoredMsg } from "@nats-io/jetstream"
import { headers as makeHeaders } from "@nats-io/nats-core"
import {
  DELIVERIES_HEADER,
  ERROR_HEADER,
  PARKED,
  REJECTIONS,
  SEQUENCE_HEADER,
  STATUS_HEADER
} from "@sluice/contracts/command/command.message"
import { parkedCommandSubject } from "@sluice/contracts/command/command.subjects"
import { BrokerError, Nats } from "@sluice/messaging"
import { Effect } from "effect"

/** What became of a queued command, as one of the streams beside the queue holds it. */
export interface Fate {
  /** In its stream. */
  readonly sequence: number
  readonly tenant: string
  readonly command: string
  readonly at: string
  readonly key: string
  readonly status: number
  /** The `X-Trace-Id` under which the API's log has more. */
  readonly trace: string
  /** As its publisher was told. */
  readonly commandSequence: number | null
}
export interface ParkedCommand extends Fate {
  readonly deliveries: number
  readonly error: string
  /** Its message, without the token. */
  readonly data: string
}
export interface RejectedCommand extends Fate {
  readonly problem: unknown
}

/** Refusals looked at in one go, at most: those of other tenants count too. */
const LOOKS = 10_000

/** The broker, once it is there. */
const connected = Effect.gen(function* () {
  const nats = yield* Nats
  const connection = yield* nats.connection.pipe(
    Effect.timeoutOrElse({ duration: "5 seconds", orElse: () => Effect.fail(BrokerError.away()) })
  )
  return { nats, connection }
})

const fateOf = ({ seq, subject, time, header }: StoredMsg): Fate => {
  const [, tenant = "", ...command] = subject.split(".")
  return {
    sequence: seq,
    tenant,
    command: command.join("."),
    at: time.toISOString(),
    key: header.get("Idempotency-Key"),
    status: Number(header.get(STATUS_HEADER)),
    trace: header.get("X-Trace-Id"),
    commandSequence: Number(header.get(SEQUENCE_HEADER)) || null
  }
}

/** The newest refusals, of a tenant where one is named, oldest first. */
const newestRefusals = async (manager: JetStreamManager, tenant: string | undefined, limit: number) => {
  const { state } = await manager.streams.info(REJECTIONS)
  const found: Array<StoredMsg> = []
  const first = Math.max(state.first_seq, state.last_seq - LOOKS + 1)
  for (let seq = state.last_seq; seq >= first && found.length < limit && state.messages > 0; seq--) {
    const message = await manager.streams.getMessage(REJECTIONS, { seq })
    if (message !== null && (tenant === undefined || message.subject.split(".")[1] === tenant)) found.unshift(message)
  }
  return found
}

/** The newest of all that is parked, however long ago: between them there may be any number of places that were cleared. */
const newestParked = async (manager: JetStreamManager, tenant = "*", limit: number) => {
  const found: Array<StoredMsg> = []
  const next_by_subj = parkedCommandSubject(tenant, ">")
  for (let seq = 1; ; ) {
    const next = { seq, next_by_subj }
    const message = await manager.streams.getMessage(PARKED, next)
    if (message === null) return found.slice(-limit)
    found.push(message)
    seq = message.seq + 1
  }
}

type Newest = typeof newestRefusals

const read = <A>(newest: Newest, tenant: string | undefined, limit: number, of: (message: StoredMsg) => A) =>
  Effect.flatMap(connected, ({ nats }) =>
    Effect.map(
      nats.request((manager) => newest(manager, tenant, limit)),
      (messages) => messages.map(of)
    )
  )

export const parkedCommands = (tenant: string | undefined, limit: number) =>
  read(
    newestParked,
    tenant,
    limit,
    (message): ParkedCommand => ({
      ...fateOf(message),
      deliveries: Number(message.header.get(DELIVERIES_HEADER)),
      error: message.header.get(ERROR_HEADER),
      data: message.string()
    })
  )

export const rejectedCommands = (tenant: string | undefined, limit: number) =>
  read(newestRefusals, tenant, limit, (message): RejectedCommand => ({ ...fateOf(message), problem: message.json() }))

/** The message at a place in PARKED; undefined when none is there. */
const parkedAt = (sequence: number) =>
  Effect.flatMap(connected, ({ nats }) =>
    nats.request(async (manager) => (await manager.streams.getMessage(PARKED, { seq: sequence })) ?? undefined)
  )

const drop = (sequence: number) =>
  Effect.flatMap(connected, ({ nats }) => nats.request((manager) => manager.streams.deleteMessage(PARKED, sequence)))

/** Takes a parked command away for ever; answers it as it was, undefined when none is there. */
export const dropParked = (sequence: number) =>
  Effect.gen(function* () {
    const message = yield* parkedAt(sequence)
    if (message === undefined) return undefined
    yield* drop(sequence)
    return { ...fateOf(message), data: message.string() }
  })

const OWN = new Set([STATUS_HEADER, SEQUENCE_HEADER, ERROR_HEADER, DELIVERIES_HEADER].map((name) => name.toLowerCase()))

/**
 * Leaves a parked command in the queue again, as it came: first there, then away here, so a failure in between leaves it in both, and
 * its key sees to one effect. `token` takes the place of the one it came with, which may have expired.
 */
export const retryParked = (sequence: number, token: string | undefined) =>
  Effect.gen(function* () {
    const message = yield* parkedAt(sequence)
    if (message === undefined) return undefined
    const sent = makeHeaders()
    for (const [name, values] of message.header)
      if (!OWN.has(name.toLowerCase()) && !/^nats-/i.test(name)) for (const value of values) sent.append(name, value)
    if (token !== undefined) {
      for (const name of sent.keys()) if (name.toLowerCase() === "authorization") sent.delete(name)
      sent.set("Authorization", `Bearer ${token}`)
    }
    const { connection } = yield* connected
    const { seq } = yield* Effect.tryPromise({
      try: () =>
        jetstream(connection).publish(message.subject.replace(/^parked/, "cmdq"), message.data, { headers: sent }),
      catch: BrokerError.from
    })
    yield* drop(sequence)
    return { ...fateOf(message), queuedAs: seq }
  })
