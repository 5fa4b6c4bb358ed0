import { jetstreamManager } from "@nats-io/jetstream"
import { COMMANDS, PARKED, REJECTIONS } from "@sluice/contracts/command/command.message"
import { holdsWithin } from "@sluice/embedded"
import type { Rig } from "../rig/rig.ts"
import type { Findings } from "./check.findings.ts"

/** Milliseconds: a command that was in an instance's hand when it died comes again after the durable's `ack_wait`. */
const HANDLED_WITHIN = 90_000

/**
 * What became of queued commands. Each was also sent through another door under the same key until it was acknowledged, so whoever came
 * second finds it done: the queue gets empty, and not one is refused or parked.
 */
export const checkCommands = async ({ brokers }: Rig, findings: Findings): Promise<void> => {
  const { streams } = await jetstreamManager(brokers.operator, { checkAPI: false })
  const held = async (name: string): Promise<number> => (await streams.info(name)).state.messages
  const empty = await holdsWithin(HANDLED_WITHIN, async () => (await held(COMMANDS).catch(() => 1)) === 0, 50)
  if (!empty) findings.add("lost", `${await held(COMMANDS).catch(String)} queued commands are handled by nobody`)
  for (const [name, what] of [
    [REJECTIONS, "refused"],
    [PARKED, "parked"]
  ] as const) {
    const { state } = await streams.info(name)
    if (state.messages === 0) continue
    const { subject, data, header } = (await streams.getMessage(name, { seq: state.last_seq })) ?? {}
    const last = `${subject} ${header?.get("Idempotency-Key")} ${new TextDecoder().decode(data)}`
    findings.add("wrong", `${state.messages} queued commands were ${what}, the last one: ${last}`)
  }
}
