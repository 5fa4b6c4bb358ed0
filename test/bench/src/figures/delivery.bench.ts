import postgres from "postgres"
import type { Figure } from "../figure.ts"
import { seedEvents } from "../ground/events.seed.ts"
import type { Ground } from "../ground/ground.servers.ts"
import { drainByRelay } from "../ground/relay.drain.ts"
import { sampleMessage } from "../ground/sample.message.ts"
import { makeStage, type Stage } from "../ground/stage.services.ts"
import { type Receiver, startReceiver } from "../ground/webhook.receiver.ts"
import { subscribe } from "../ground/webhook.subscriptions.ts"
import { pace, until } from "../measure/metrics.ts"
import { alternate } from "../measure/rounds.ts"
import { postLoop } from "../peers/undici.peer.ts"

/** As many at a time to one endpoint as the service has by default. */
const connections = 16

/** Deliveries to one endpoint that are all due, against a loop that does nothing but the same posts. */
export const delivery: Figure = {
  name: "delivery",
  question: "webhook deliveries/s to a local receiver, all due",
  keys: ["delivery_vs_undici"],
  run: async (ground, size) => {
    const stage = await makeStage(ground)
    const receiver = await startReceiver()
    const sql = postgres(stage.stack.databaseUrl, { max: 1, onnotice: () => {} })
    try {
      const api = await stage.run("api")
      await subscribe(stage, api.url, [`${receiver.url}/`], ["*.*"])
      await stage.halt("api")
      const body = sampleMessage()
      const rounds = await alternate(
        [
          {
            key: "undici",
            what: "undici, 16 connections",
            unit: "posts/s",
            measure: () => postLoop(receiver.url, body, connections, size.deliveries)
          },
          {
            key: "deliveries",
            what: "webhook deliveries",
            unit: "deliveries/s",
            measure: () => deliver(ground, stage, receiver, sql, size.deliveries)
          }
        ],
        size.rounds,
        ground.say
      )
      return { wanted: { delivery_vs_undici: rounds.ratio("deliveries", "undici") }, absolute: rounds.absolute }
    } finally {
      receiver.stop()
      await sql.end()
      await stage.close()
    }
  }
}

/** Lets deliveries pile up behind a paused endpoint, then lets it go. */
const deliver = async (ground: Ground, stage: Stage, receiver: Receiver, sql: postgres.Sql, events: number) => {
  await drainByRelay(ground, stage, (url) => seedEvents(url, events))
  await stage.run("notification")
  await until("the endpoint to be known", async () => (await sql`select from sluice.webhook_endpoints`).length > 0)
  await sql`update sluice.webhook_endpoints set status = 'paused'`
  const pending = async () => {
    const [row] = await sql<{ count: number }[]>`
      select count(*)::int as count from sluice.events e
      where position > coalesce((select position from sluice.consumers where consumer = 'notification'), 0)`
    return row?.count ?? 0
  }
  await until("every event to be matched", async () => (await pending()) === 0)
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from sluice.deliveries where status = 'pending'`
  await ground.checkpoint()
  await receiver.reset()
  const count = async () => (await receiver.received()).count
  const [rate] = await Promise.all([
    pace("the receiver to have every delivery", count, row?.count ?? events, 20),
    sql`update sluice.webhook_endpoints set status = 'active', due_at = clock_timestamp()`
  ])
  await stage.halt("notification")
  return rate
}
