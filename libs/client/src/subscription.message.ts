import type { JsMsg } from "@nats-io/jetstream"
import type { Reading } from "./event.read.ts"
import type { Item } from "./hand.ts"

/** A message in hand with what it says. */
export interface Held extends Item {
  readonly reading: Exclude<Reading, { readonly kind: "unwanted" }>
  /** Its deliveries, newest last: the broker delivers again what takes long, and may have lost what it knew. */
  readonly deliveries: Array<JsMsg>
  failures: number
}

/** A message as an item; one that does not tell its stream is a stream of its own. */
export const heldOf = (message: JsMsg, reading: Held["reading"]): Held => {
  const { seq: sequence } = message
  const { place } = reading
  const stream = place === undefined ? `#${sequence}` : `${place.tenant}/${place.subject}`
  return { stream, version: place?.streamVersion ?? 0, sequence, reading, deliveries: [message], failures: 0 }
}

export const keyOf = ({ stream, version }: Item): string => `${stream}@${version}`

/** Tells the broker about every delivery of a message. On a closed connection there is nobody to tell: it will deliver again. */
export const settle = (deliveries: ReadonlyArray<JsMsg>, how: (message: JsMsg) => void): void => {
  for (const message of deliveries) {
    try {
      how(message)
    } catch {
      return
    }
  }
}
