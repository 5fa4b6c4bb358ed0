import { API_PREFIX, slotNames } from "@sluice/contracts/subscriber/subscriber.names"
import { DOOR_ACCOUNT, STREAMS_ACCOUNT } from "./services.ts"

/** What passes from one account to another: asked for (`service`) or overheard (`stream`). */
export interface Passage {
  readonly kind: "service" | "stream"
  readonly from: string
  readonly subject: string
  /** What it is called at home; default: the same. */
  readonly to?: string
  /** It is answered more than once. */
  readonly streamed?: boolean
}

/** A tenant and who may connect for it. */
export interface Tenant {
  readonly name: string
  /** Of an nkey: `U…`. The seed is the tenant's own business. */
  readonly publicKey: string
}

/** Of one tenant's account. Bytes of a message as the streams have them. */
export const tenantLimits = { max_connections: 64, max_subscriptions: 1_024, max_payload: 1_048_576 } as const

/**
 * All that a tenant's users reach: commands, both ways; refusals of queued ones; and of JetStream the requests a subscriber needs, of
 * the tenant's own slots. No slot can be made, changed or deleted from there, and no stream be looked into.
 */
export const tenantPassages = (tenant: string): ReadonlyArray<Passage> => {
  const streams = { kind: "service", from: STREAMS_ACCOUNT } as const
  return [
    { kind: "service", from: DOOR_ACCOUNT, subject: `cmd.${tenant}.>` },
    { ...streams, subject: `cmdq.${tenant}.>` },
    // From the door, which says them: what reached the streams by a request is passed on to nobody from there.
    { kind: "stream", from: DOOR_ACCOUNT, subject: `rej.${tenant}.>` },
    ...slotNames(tenant).flatMap((slot): ReadonlyArray<Passage> => {
      const info = `CONSUMER.INFO.EVENTS.${slot}`
      const next = `CONSUMER.MSG.NEXT.EVENTS.${slot}`
      return [
        { ...streams, subject: `$JS.API.${info}`, to: `${API_PREFIX}.${info}` },
        { ...streams, subject: `$JS.API.${next}`, to: `${API_PREFIX}.${next}`, streamed: true },
        { ...streams, subject: `$JS.ACK.EVENTS.${slot}.>` }
      ]
    })
  ]
}
