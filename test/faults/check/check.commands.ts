import { jetstreamManager } from "@nats-io/jetstream"
import { COMMANDS, PARKED, REJECTIONS } from "@sluice/contracts/command/command.message"
import { holdsWithin } from "@sluice/embedded"
import type { Journal } from "../load/load.journal.ts"
import type { Rig } from "../rig/rig.ts"
import type { Findings } from "./check.findings.ts"

/** Milliseconds: a command that was in an instance's hand when it died comes again after the durable's `ack_wait`. */
const HANDLED_WITHIN = 90_000

/**
 * What became of queued commands. Each was also sent through another door under the same key until it was answered, so whoever came
 * second finds it done: the queue gets empty, none is parked, and none is refused but those that were refused there too.
 */
export const checkCommands = async ({ brokers }: Rig, { tooLate }: Journal, findings: Findings): Promise<void> => {
  const { streams } = await jetstreamManager(brokers.operator, { checkAPI: false })
  const left = async (): Promise<number> => (await streams.info(COMMANDS)).state.messages
  const empty = await holdsWithin(HANDLED_WITHIN, async () => (await left().catch(() => 1)) === 0, 50)
  if (!empty) findings.add("lost", `queued commands that nobody handles: ${await left().catch(String)}`)
  for (const name of [REJECTIONS, PARKED]) {
    const { first_seq, last_seq } = (await streams.info(name)).state
    for (let seq = Math.max(1, first_seq); seq <= last_seq; seq++) {
      const message = await streams.getMessage(name, { seq })
      const key = message?.header.get("Idempotency-Key") ?? ""
      if (message === null || tooLate.has(key)) continue
      findings.add("wrong", `${message.subject}, key ${key}: ${new TextDecoder().decode(message.data)}`)
    }
  }
}
