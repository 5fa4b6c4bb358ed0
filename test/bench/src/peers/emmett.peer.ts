import { type Event, STREAM_DOES_NOT_EXIST } from "@event-driven-io/emmett"
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql"
import { v7 } from "uuid"
import type { Ground } from "../ground/ground.servers.ts"
import { sampleActor, sampleSession } from "../ground/sample.command.ts"
import { callsPerSecond, type Stint } from "../measure/callers.ts"

type SessionOpened = Event<"session.opened", typeof sampleSession>

/** Commands per second through Emmett's `appendToStream` onto new streams, and a way to close its pool. */
export interface EmmettPeer {
  readonly commandsPerSecond: (callers: number) => Promise<number>
  readonly close: () => Promise<void>
}

/** Emmett's event store with its own pool and settings, in a database of its own. */
export const emmettPeer = async (ground: Ground, stint: Stint): Promise<EmmettPeer> => {
  const store = getPostgreSQLEventStore(await ground.freshDatabase("emmett"))
  await store.schema.migrate()
  const append = (): Promise<unknown> =>
    store.appendToStream<SessionOpened>(
      `session-${v7()}`,
      [{ type: "session.opened", data: sampleSession, metadata: { actor: sampleActor, correlationId: v7() } } as never],
      { expectedStreamVersion: STREAM_DOES_NOT_EXIST }
    )
  return {
    commandsPerSecond: async (callers) => {
      await ground.checkpoint()
      return callsPerSecond(callers, stint, append)
    },
    close: () => store.close()
  }
}
