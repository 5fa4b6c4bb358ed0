import { toCloudEvent } from "@sluice/contracts/event/event.cloud-event"
import { v7 } from "uuid"
import { sampleActor, sampleSession, sampleTenant } from "./sample.command.ts"

/** The body of a message as the relay publishes it for a session that was opened. */
export const sampleMessage = (): string => {
  const correlationId = v7()
  return JSON.stringify(
    toCloudEvent({
      position: 1_000_000,
      tenant: sampleTenant,
      streamId: `session-${v7()}`,
      version: 1,
      eventId: v7(),
      type: "session.opened",
      schemaVersion: 1,
      data: sampleSession,
      metadata: { actor: sampleActor, correlationId, causationId: v7() },
      recordedAt: new Date().toISOString()
    })
  )
}
