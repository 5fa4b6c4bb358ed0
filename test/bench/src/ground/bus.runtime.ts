import { roleUrl } from "@sluice/db/migrate"
import { commandBusLayer } from "@sluice/event-store/command-bus"
import { type BusCommand, CommandBus } from "@sluice/event-store/command-bus.port"
import { postgresStoreLayer } from "@sluice/event-store/postgres-store"
import { Postgres } from "@sluice/postgres"
import { open, type SessionDecision, session, update } from "@sluice/session"
import { Layer, ManagedRuntime, Redacted, Result } from "effect"
import { v7 } from "uuid"
import { sampleActor, sampleSession, sampleTenant } from "./sample.command.ts"

const day = 86_400

/** The command bus on Postgres, in this process, as the API has it. */
export interface BusRuntime {
  /** Opens a session on a new stream with an idempotency key, and waits for the answer. */
  readonly openSession: () => Promise<unknown>
  /** Changes the metadata of a session that exists. */
  readonly renameSession: (id: string) => Promise<unknown>
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
  const execute = (command: SessionCommand) => runtime.runPromise(CommandBus.use((bus) => bus.execute(command)))
  return {
    openSession: () => execute(command(v7(), true, (state, context) => open(state, sampleSession, context))),
    renameSession: (id) =>
      execute(command(id, false, (state, context) => update(state, { metadata: { title: v7() } }, context, []))),
    close: () => runtime.dispose()
  }
}

type State = typeof session.initial
type SessionCommand = BusCommand<readonly [State], unknown>
type Decide = (state: State, context: Parameters<typeof open>[2]) => SessionDecision

const command = (id: string, isNew: boolean, decide: Decide): SessionCommand => ({
  tenant: sampleTenant,
  actor: sampleActor,
  correlationId: v7(),
  keys: [{ scope: "service:bench", key: v7(), hash: id, timeToLive: day }],
  streams: [{ category: session, id, isNew }],
  decide: ([{ state }], { now }) =>
    Result.map(decide(state, { id, actor: sampleActor, now }), (events) =>
      events.map((event) => ({ stream: 0, event }))
    )
})
