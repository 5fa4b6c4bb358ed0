import { schemaVersionOf } from "@sluice/contracts/event/event.registry"
import { roleUrl } from "@sluice/db/migrate"
import type { StreamRef } from "@sluice/event-store/command-bus.port"
import { loadStates } from "@sluice/event-store/load-states"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { EventStore } from "@sluice/event-store/store.port"
import { Postgres } from "@sluice/postgres"
import { session } from "@sluice/session"
import { Effect, Layer, ManagedRuntime, Redacted } from "effect"
import { v7 } from "uuid"
import { sampleActor, sampleSession, sampleTenant } from "./sample.command.ts"

/** The event store on Postgres, in this process, as the command bus uses it. */
export interface StoreRuntime {
  /** Appends so many commands, each opening a session under a key, in one transaction. */
  readonly append: (commands: number) => Promise<void>
  /** Loads and folds a session from snapshot and tail, without any cache; answers its version. */
  readonly load: (id: string) => Promise<number>
  readonly close: () => Promise<void>
}

/** @param adminUrl a migrated database; the store connects as the role of the API. */
export const storeRuntime = (adminUrl: string): StoreRuntime => {
  const url = Redacted.make(roleUrl(adminUrl, "sluice_api"))
  const runtime = ManagedRuntime.make(
    postgresStoreLayer.pipe(Layer.provide(Postgres.layer({ url, applicationName: "sluice-bench" })))
  )
  return {
    append: async (commands) => {
      const batch = Array.from({ length: commands }, command)
      const outcomes = await runtime.runPromise(EventStore.use((store) => store.append(batch)))
      if (outcomes.some(({ _tag }) => _tag !== "appended")) throw new Error("the store refused a command")
    },
    load: (id) =>
      runtime.runPromise(
        EventStore.use((store) => loadStates(store, [{ tenant: sampleTenant, ref: reference(id) }])).pipe(
          Effect.map(({ folds }) => folds[0]?.version ?? 0)
        )
      ),
    close: () => runtime.dispose()
  }
}

// The store folds streams of every category; what it folds them into is their own.
const reference = (id: string) => ({ category: session, id }) as unknown as StreamRef<unknown>

const command = () => {
  const commandId = v7()
  const metadata = { actor: sampleActor, correlationId: v7(), causationId: commandId }
  const type = "session.opened"
  return {
    commandId,
    tenant: sampleTenant,
    keys: [{ scope: "service:bench", key: v7(), hash: commandId, timeToLive: 86_400 }],
    probe: false,
    streams: [{ streamId: `session-${v7()}`, expected: 0 }],
    events: [{ eventId: v7(), stream: 0, type, schemaVersion: schemaVersionOf(type), data: sampleSession, metadata }]
  }
}
