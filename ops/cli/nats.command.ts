import { Command } from "effect/cli"
import { subscriber } from "./nats.subscribers.ts"
import { init, tenant } from "./nats.tenants.ts"

export const nats = Command.make("nats").pipe(
  Command.withDescription("The broker's accounts, and who consumes from it"),
  Command.withSubcommands([tenant, subscriber, init])
)
