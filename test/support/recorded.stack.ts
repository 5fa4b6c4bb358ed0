import { join } from "node:path"
import type { RecordedEvent } from "@sluice/contracts/event/event.envelope"
import { startStack } from "@sluice/ops/dev/stack"
import { testDatabase, testNats } from "@sluice/testing"
import postgres from "postgres"
import { afterAll, expect } from "vitest"
import { type Person, personAt } from "./journey.person.ts"
import { type Claims, journeyFolder } from "./journey.stack.ts"
import { sluiceOn } from "./plan.sluice.ts"

/** An event to be in the log; its version and position follow from the order. */
export type Recordable = Pick<
  RecordedEvent,
  "tenant" | "streamId" | "eventId" | "type" | "schemaVersion" | "data" | "metadata"
>

/**
 * A stack whose log holds events that releases before this one have written: `record` puts them there as the event store of
 * their time did, in one transaction and thus at one time. Call it at the top of a spec.
 */
export const recordedStack = async () => {
  const dataDir = journeyFolder()
  const stateFile = join(dataDir, "stack.json")
  const database = await testDatabase()
  const broker = await testNats()
  const sql = postgres(database.adminUrl, { max: 2 })
  afterAll(() => sql.end())

  const record = async (events: ReadonlyArray<Recordable>): Promise<void> => {
    const streams = Map.groupBy(events, ({ tenant, streamId }) => `${tenant} ${streamId}`)
    const batch = [...streams.values()].map((all) => {
      const [{ eventId: id, tenant, streamId }] = all as [Recordable]
      const written = all.map(({ eventId, type, schemaVersion, data, metadata }) => [
        ...[0, eventId, type, schemaVersion, data, metadata]
      ])
      return { id, tenant, keys: [], streams: [[streamId, 0]], events: written }
    })
    const [row] = await sql<{ answer: { refused: unknown[] } }[]>`
      select sluice.append(${sql.json(batch as never)}) as answer`
    expect(row?.answer.refused).toEqual([])
  }

  /** Starts every service on what is recorded. */
  const start = async () => {
    const stack = await startStack({
      ...{ dataDir, stateFile, databaseUrl: database.adminUrl, natsUrl: broker.url },
      log: () => {}
    })
    afterAll(stack.stop)
    const person = async (
      tenant: string,
      sub: string,
      { roles = [], scope = "*", kind = "user" }: Claims = {}
    ): Promise<Person> =>
      personAt(stack.api as string, await stack.issuer.sign({ tenant, sub, roles: [...roles], scope, kind }, "1h"))
    return { stack, person, sluice: sluiceOn(stateFile) }
  }
  return { broker, database, record, sql, start }
}
