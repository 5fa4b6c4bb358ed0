import { Command } from "effect/cli"
import { approval } from "./approval.command.ts"
import { billing } from "./billing.command.ts"
import { queuedCommands } from "./commands-queue.command.ts"
import { consumers } from "./consumers.command.ts"
import { demo } from "./demo.command.ts"
import { inbox } from "./inbox.command.ts"
import { migrate } from "./migrate.command.ts"
import { nats } from "./nats.command.ts"
import { outbox } from "./outbox.command.ts"
import { parked } from "./parked.command.ts"
import { phase } from "./phase.command.ts"
import { rebuild } from "./rebuild.command.ts"
import { run } from "./run.command.ts"
import { secrets } from "./secrets.command.ts"
import { session } from "./session.command.ts"
import { start } from "./start.command.ts"
import { stuck } from "./stuck.command.ts"
import { tail } from "./tail.command.ts"
import { token } from "./token.command.ts"
import { verify } from "./verify.command.ts"
import { workflow } from "./workflow.command.ts"

/** Every command, one line each. `test`, `bench` and `chaos` are started by the bootstrap itself. */
export const commands = Command.make("sluice").pipe(
  Command.withDescription("Event-sourced backend for gated work"),
  Command.withSubcommands([
    start,
    demo,
    session,
    approval,
    workflow,
    run,
    phase,
    inbox,
    billing,
    token,
    verify,
    tail,
    outbox,
    consumers,
    parked,
    queuedCommands,
    nats,
    rebuild,
    stuck,
    secrets,
    migrate
  ])
)
