import { setTimeout as sleep } from "node:timers/promises"
import { DatabaseSetupExporter, getDisabledLogger, initializePollingMessageListener } from "pg-transactional-outbox"
import postgres from "postgres"
import { sampleMessage } from "../ground/sample.message.ts"

const place = { schema: "outbox_peer", table: "outbox", nextMessagesName: "next_outbox_messages" }
const batch = 200

/** Messages per second out of a full outbox of pg-transactional-outbox, each handed to `publish`. */
export type OutboxPeer = (messages: number, publish: (payload: string) => Promise<unknown>) => Promise<number>

/**
 * pg-transactional-outbox by polling, each message of a stream of its own. Its defaults (5 messages every 500 ms) are
 * raised, and its protection against poison is off, as its authors advise for an outbox. It asks for a batch only when the
 * last one is done: two polls at once lock each other's rows, and those messages then wait for their lock to expire.
 */
export const outboxPeer =
  (adminUrl: string): OutboxPeer =>
  async (messages, publish) => {
    await fill(adminUrl, messages)
    const { promise: done, resolve } = Promise.withResolvers<void>()
    let published = 0
    const from = performance.now()
    const [shutdown] = initializePollingMessageListener(
      {
        outboxOrInbox: "outbox",
        dbListenerConfig: { connectionString: adminUrl },
        settings: {
          dbSchema: place.schema,
          dbTable: place.table,
          nextMessagesFunctionSchema: place.schema,
          nextMessagesFunctionName: place.nextMessagesName,
          nextMessagesBatchSize: batch,
          nextMessagesPollingIntervalInMs: 10,
          nextMessagesLockInMs: 5_000,
          enableMaxAttemptsProtection: false,
          enablePoisonousMessageProtection: false
        }
      },
      {
        handle: async ({ payload }) => {
          await publish(JSON.stringify(payload))
          published += 1
          if (published === messages) resolve()
        }
      },
      getDisabledLogger(),
      {
        batchSizeStrategy: async (processing) => {
          await sleep(1)
          return processing === 0 ? batch : 0
        }
      }
    )
    await done
    const rate = (messages / (performance.now() - from)) * 1000
    await shutdown()
    return rate
  }

const fill = async (adminUrl: string, messages: number): Promise<void> => {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} })
  try {
    const setup = { outboxOrInbox: "outbox", database: "postgres", listenerRole: "postgres", ...place } as const
    await sql.unsafe(DatabaseSetupExporter.createPollingScript(setup, true))
    await sql`
      insert into outbox_peer.outbox (id, aggregate_type, aggregate_id, message_type, segment, concurrency, payload)
      select uuidv7(), 'session', number::text, 'session.opened', number::text, 'parallel', ${sampleMessage()}::text::jsonb
      from generate_series(1, ${messages}::integer) number`
    await sql`analyze outbox_peer.outbox`
  } finally {
    await sql.end({ timeout: 5 })
  }
}
