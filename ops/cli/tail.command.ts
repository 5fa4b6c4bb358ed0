import { jetstream } from "@nats-io/jetstream"
import type { CloudEvent } from "@sluice/contracts/event/event.cloud-event"
import { BrokerError, EVENTS, Nats } from "@sluice/messaging"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { plainly } from "./shared/failure.ts"
import { json } from "./shared/flags.ts"
import { onServers } from "./shared/target.ts"

/** Milliseconds that a request for messages lives; they are shown as they come. */
const EXPIRES = 5_000

/** Shows events as they are published, until interrupted. A broker that goes away is said once and waited for. */
const follow = (subject: string, all: boolean, show: (line: string) => void) =>
  Effect.gen(function* () {
    const nats = yield* Nats
    const connection = yield* nats.connection.pipe(
      Effect.timeoutOrElse({
        duration: "5 seconds",
        orElse: () => Effect.fail(BrokerError.away())
      })
    )
    let deliver: "all" | "new" = all ? "all" : "new"
    let complained = false
    while (true) {
      const { name } = yield* nats.request((manager) =>
        manager.consumers.add(EVENTS, {
          name: `tail-${crypto.randomUUID()}`,
          ack_policy: "none",
          deliver_policy: deliver,
          filter_subject: subject,
          mem_storage: true,
          inactive_threshold: 60e9
        })
      )
      const client = jetstream(connection)
      const read = Effect.tryPromise({
        try: async () => {
          const consumer = await client.consumers.get(EVENTS, name)
          complained = false
          while (true) {
            for await (const message of await consumer.fetch({ max_messages: 100, expires: EXPIRES })) {
              show(message.string())
            }
          }
        },
        catch: BrokerError.from
      })
      yield* Effect.ignore(read)
      deliver = "new"
      if (!complained) yield* Console.error("The broker is away; what is published meanwhile is not shown")
      complained = true
      yield* Effect.sleep("1 second")
    }
  }).pipe(Effect.retry({ while: (error) => error.code !== 0, times: 3 }))

export const tail = Command.make(
  "tail",
  {
    tenant: Flag.String("tenant").pipe(Flag.withDescription("of one tenant alone"), Flag.optional),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("begin with the oldest event that JetStream holds"),
      Flag.withDefault(false)
    ),
    json
  },
  Effect.fnUntraced(function* ({ tenant, all, json }) {
    const subject = Option.match(tenant, { onNone: () => "evt.>", onSome: (name) => `evt.${name}.>` })
    const console = yield* Console.Console
    const show = (text: string): void => console.log(json ? text : readable(text))
    return yield* onServers(follow(subject, all, show))
  }, plainly)
).pipe(
  Command.withDescription("Show events as they happen, one line each, until Ctrl-C"),
  Command.withExamples([
    { command: "npm run sluice -- tail", description: "From now on" },
    { command: "npm run -s sluice -- tail --all --tenant acme --json", description: "CloudEvents, from the oldest on" }
  ])
)

/** `11:02:03.120  acme  session.paused  session-0197… v3  by coder-7 (agent)  {"reason":null}` */
export const readable = (text: string): string => {
  try {
    const event = JSON.parse(text) as CloudEvent
    const type = event.type.replace(/^sluice\./, "").replace(/\.v\d+$/, "")
    const data = JSON.stringify(event.data)
    return [
      event.time.slice(11, 23),
      event.tenant,
      type.padEnd(26),
      `${event.subject} v${event.streamversion}`,
      `by ${event.actor.id} (${event.actor.kind})`,
      data.length > 120 ? `${data.slice(0, 119)}…` : data
    ].join("  ")
  } catch {
    return `no event: ${text.slice(0, 120)}`
  }
}
