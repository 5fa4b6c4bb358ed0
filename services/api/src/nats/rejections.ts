import { jetstream } from "@nats-io/jetstream"
import { headers, type MsgHdrs } from "@nats-io/nats-core"
import { CommandParked } from "@sluice/contracts/command/command.errors"
import {
  DELIVERIES_HEADER,
  ERROR_HEADER,
  SEQUENCE_HEADER,
  STATUS_HEADER
} from "@sluice/contracts/command/command.message"
import { BrokerError, Nats } from "@sluice/messaging"
import { Effect } from "effect"
import { type Answer, refusal } from "./answer.ts"
import { type CommandMessage, headersOf } from "./command.request.ts"
import { beside } from "./command.routes.ts"
import { titleOf } from "./reply.ts"

/** A message for one of the streams that tell what became of commands. */
export interface Saying {
  readonly subject: string
  readonly data: Uint8Array
  readonly headers: MsgHdrs
  /** `Nats-Msg-Id`: a redelivered command says it once. Undefined where it cannot come again. */
  readonly id?: string
}

/** Which delivery of a queued command something is said about. */
export interface Delivered {
  /** In the stream COMMANDS as the publisher was told, so one that was put back has its first one. */
  readonly sequence: string
  readonly deliveries: number
  /** Names the message among all that were ever in the stream. */
  readonly id: string
}

/** Publishes to JetStream and waits for its word. */
export const say = ({ subject, data, headers, id }: Saying): Effect.Effect<void, BrokerError, Nats> =>
  Effect.gen(function* () {
    const nats = yield* Nats
    if (!nats.isConnected()) return yield* BrokerError.away()
    const connection = yield* nats.connection
    yield* Effect.tryPromise({
      try: () =>
        jetstream(connection).publish(subject, data, {
          headers,
          timeout: 3_000,
          ...(id === undefined ? {} : { msgID: id })
        }),
      catch: BrokerError.from
    })
  })

/** Why a command was refused, for its tenant's subscribers of `rej`. */
export const rejectionOf = (message: CommandMessage, answer: Answer, delivered?: Delivered): Saying => {
  const told = headers()
  told.set(STATUS_HEADER, String(answer.status))
  told.set("Content-Type", answer.headers["content-type"] ?? "application/problem+json")
  told.set("X-Trace-Id", answer.headers["x-trace-id"] ?? "")
  const given = headersOf(message)
  const key = given instanceof Error ? undefined : given["idempotency-key"]
  if (key !== undefined) told.set("Idempotency-Key", key)
  if (delivered !== undefined) told.set(SEQUENCE_HEADER, delivered.sequence)
  const saying = { subject: beside(message.subject, "rej"), data: answer.body, headers: told }
  return delivered === undefined ? saying : { ...saying, id: `rej-${delivered.id}` }
}

/** The command as it came, with what is known of why it could not be handled; and the refusal that says so to its tenant. */
export const parkingOf = (message: CommandMessage, delivered: Delivered, last: Answer | undefined) => {
  const kept = copied(message)
  kept.set(STATUS_HEADER, String(last?.status ?? 0))
  const error = last === undefined ? "No delivery came to an end: the process that handled it did" : titleOf(last.body)
  kept.set(ERROR_HEADER, error)
  kept.set(DELIVERIES_HEADER, String(delivered.deliveries))
  kept.set(SEQUENCE_HEADER, delivered.sequence)
  const trace = last?.headers["x-trace-id"]
  if (trace !== undefined) kept.set("X-Trace-Id", trace)
  const told = refusal(new CommandParked({ deliveries: delivered.deliveries }), message)
  const answer = trace === undefined ? told : { ...told, headers: { ...told.headers, "x-trace-id": trace } }
  return {
    parked: {
      subject: beside(message.subject, "parked"),
      data: message.data,
      headers: kept,
      id: `parked-${delivered.id}`
    } satisfies Saying,
    rejection: rejectionOf(message, answer, delivered)
  }
}

/** The headers of a command that is published again; not those that JetStream would act upon. Unreadable ones are left out. */
export const copied = (message: CommandMessage): MsgHdrs => {
  const copy = headers()
  try {
    for (const [name, values] of message.headers ?? [])
      if (!/^nats-/i.test(name)) for (const value of values) copy.append(name, value)
  } catch {
    // A header that cannot be read was refused with 400 and cannot be sent either.
  }
  return copy
}
