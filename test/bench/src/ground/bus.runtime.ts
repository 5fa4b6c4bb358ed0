import { roleUrl } from "@sluice/db/migrate"
import { commandBusLayer } from "@sluice/event-store/command-bus"
import { CommandBus } from "@sluice/event-store/command-bus.port"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { Postgres } from "@sluice/postgres"
import { open, session } from "@sluice/session"
import { Layer, ManagedRuntime, Redacted, Result } from "effect"
import { v7 } from "uuid"
import { sampleActor, sampleSession, sampleTenant } from "./sample.command.ts"

const day = 86_400

/** The command bus on Postgres, in this process, as the API has it. */
export interface BusRuntime {
  /** Opens a session on a new stream with an idempotency key, and waits for the answer. */
  readonly openSession: () => Promise<unknown>
  readonly close: () => Promise<void>
}

/** @param adminUrl a migrated database; the bus connects as the role of the API. */
export const busRuntime = (adminUrl: string): BusRuntime => {
  const url = Redacted.make(roleUrl(adminUrl, "sluice_api"))
  const runtime = ManagedRuntime.make(
    commandBusLayer().pipe(
      Layer.provide(postgresStoreLayer),
      Layer.provide(Postgres.layer({ url, applicationName: "sluice-bench" }))
    )
  )
  return {
    openSession: () => runtime.runPromise(CommandBus.use((bus) => bus.execute(command()))),
    close: () => runtime.dispose()
  }
}

const command = () => {
  const id = v7()
  return {
    tenant: sampleTenant,
    actor: sampleActor,
    correlationId: v7(),
    keys: [{ scope: "service:bench", key: v7(), hash: id, timeToLive: day }],
    streams: [{ category: session, id, isNew: true }] as const,
    decide: ([stream]: readonly [{ readonly state: typeof session.initial }], { now }: { readonly now: number }) =>
      Result.map(open(stream.state, sampleSession, { id, actor: sampleActor, now }), (events) =>
        events.map((event) => ({ stream: 0, event }))
      )
  }
}
