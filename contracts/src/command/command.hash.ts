import type { Json } from "../event/event.envelope.ts"
import { jsonHash } from "../json/json.canonical.ts"

/**
 * The hash under which an idempotency key is remembered. Equal on every door: it covers what the command is (`session.open`),
 * the ids it is about, and its payload as the caller sent it, whatever the order of keys.
 */
export const commandHash = (command: string, ids: ReadonlyArray<string>, payload: Json): string =>
  jsonHash([command, ids, payload])
