import { declaredConsumer, Nats } from "@sluice/messaging"
import { Postgres } from "@sluice/postgres"
import { Effect, Layer, Redacted } from "effect"
import { makeConsumer } from "./consumer.loop.ts"

/** A consumer as a process of its own that some events end at once: `<database url> <nats url>`. */
const [databaseUrl, natsUrl] = process.argv.slice(2) as [string, string]

const consumer = makeConsumer(
  {
    name: "crashing",
    categories: ["crashing"],
    decode: (event) => event,
    reactions: [
      {
        name: "notes",
        apply: (events) => {
          if (events.some(({ data }) => data.text === "crash")) process.kill(process.pid, "SIGKILL")
          return Postgres.use((pg) =>
            pg.query(
              (sql) => sql`
                insert into sluice.crashing (tenant, stream_id, version)
                select value ->> 0, value ->> 1, (value ->> 2)::int
                from jsonb_array_elements(${sql.json(events.map((one) => [one.tenant, one.streamId, one.version]))})`
            )
          )
        }
      }
    ]
  },
  {
    durable: { stream: "EVENTS", config: { ...declaredConsumer("projector").config, durable_name: "crashing" } },
    instance: String(process.pid),
    lease: { ttl: "1 second", renewEvery: "100 millis" }
  }
)

Effect.runFork(
  Effect.provide(
    consumer.run,
    Layer.merge(
      Postgres.layer({ url: Redacted.make(databaseUrl), applicationName: "crashing" }),
      Nats.layer({ url: natsUrl, name: "crashing" })
    )
  )
)
