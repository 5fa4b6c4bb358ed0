import { setTimeout as sleep } from "node:timers/promises"
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import type { CloudEvent } from "@sluice/contracts/event/event.cloud-event"
import { operatorKey } from "@sluice/ops/nats/accounts/installation"
import { Redacted } from "effect"
import { connectWith } from "../../support/nats.observer.ts"
import type { Rig } from "../rig/rig.ts"
import type { Findings } from "./check.findings.ts"

/** Milliseconds in which what a repair still publishes must have arrived. */
const ARRIVED_WITHIN = 60_000
const LOOK_AGAIN = 250

export type Message = Pick<CloudEvent, "id" | "tenant" | "subject" | "streamversion" | "position">

/**
 * What JetStream holds against what was committed (I2, I3): every event is there, nothing else is, and the first
 * occurrences of each stream's events come in version order. Repeats are counted and allowed.
 */
export const checkBroker = async (rig: Rig, findings: Findings): Promise<void> => {
  const committed = (await rig.sql<{ id: string }[]>`select event_id::text as id from sluice.events`).map(
    ({ id }) => id
  )
  let messages = await everyMessage(rig.stack)
  for (const deadline = performance.now() + ARRIVED_WITHIN; performance.now() < deadline; ) {
    const held = new Set(messages.map(({ id }) => id))
    if (committed.every((id) => held.has(id))) break
    await sleep(LOOK_AGAIN)
    messages = await everyMessage(rig.stack)
  }
  compareMessages(committed, messages, findings)
}

/** `committed`: ids of events. */
export const compareMessages = (
  committed: ReadonlyArray<string>,
  messages: ReadonlyArray<Message>,
  findings: Findings
): void => {
  const stored = new Map(committed.map((id) => [id, false]))
  const heads = new Map<string, number>()
  for (const { id, tenant, subject, streamversion, position } of messages) {
    const seen = stored.get(id)
    if (seen === undefined) findings.add("doubled", `JetStream holds event ${id}, which was never committed`)
    if (seen === true) findings.repeats++
    if (seen !== false) continue
    stored.set(id, true)
    const stream = `${tenant} ${subject}`
    const head = heads.get(stream) ?? 0
    if (streamversion !== head + 1) {
      findings.add("disorder", `${stream}: version ${streamversion} (position ${position}) after version ${head}`)
    }
    heads.set(stream, streamversion)
  }
  for (const [id, seen] of stored) if (!seen) findings.add("unpublished", `event ${id} is not in JetStream`)
  findings.messages = messages.length
}

/** Everything EVENTS holds, in its order. */
const everyMessage = async ({ natsUrl, natsAccounts }: Rig["stack"]): Promise<ReadonlyArray<Message>> => {
  const connection = await connectWith(natsUrl, Redacted.value(operatorKey(natsAccounts) as Redacted.Redacted))
  try {
    const manager = await jetstreamManager(connection)
    const { state } = await manager.streams.info("EVENTS")
    if (state.messages === 0) return []
    const name = `check-${crypto.randomUUID()}`
    const reader = { name, ack_policy: "none", mem_storage: true, inactive_threshold: 60e9 } as const
    await manager.consumers.add("EVENTS", reader)
    const consumer = await jetstream(connection).consumers.get("EVENTS", name)
    const messages: Array<Message> = []
    for await (const message of await consumer.consume({ max_messages: 2_000 })) {
      messages.push(message.json<Message>())
      if (message.info.pending === 0) break
    }
    return messages
  } finally {
    await connection.close()
  }
}
