import type { Actor } from "@sluice/contracts/actor/actor"
import type { UpdateSession } from "@sluice/contracts/session/session.commands"
import type { SessionRefusal } from "@sluice/contracts/session/session.errors"
import { open, session, update } from "@sluice/session"
import { Result } from "effect"
import { v7 } from "uuid"
import type { BusCommand } from "../command-bus.port.ts"
import type { CommandKey } from "../store.port.ts"

const actor: Actor = { kind: "user", id: "alice", roles: ["pm"] }
type State = typeof session.initial
export type SessionCommand = BusCommand<readonly [State], SessionRefusal>

interface Options {
  readonly keys?: ReadonlyArray<CommandKey>
  readonly ifMatch?: number
}

const command = (id: string, isNew: boolean, options: Options, decide: SessionCommand["decide"]): SessionCommand => ({
  tenant: "acme",
  actor,
  correlationId: v7(),
  keys: options.keys ?? [],
  ...(options.ifMatch === undefined ? {} : { ifMatch: options.ifMatch }),
  streams: [{ category: session, id, isNew }],
  decide
})

/** Opens a session, as the API would. */
export const openSession = (id = v7(), options: Options & { readonly metadata?: { [key: string]: string } } = {}) =>
  command(id, true, options, ([stream], { now }) =>
    Result.map(open(stream.state, { role: "pm", metadata: options.metadata ?? {} }, { id, actor, now }), (events) =>
      events.map((event) => ({ stream: 0, event }))
    )
  )

/** Updates a session, as the API would. */
export const updateSession = (id: string, body: UpdateSession, options: Options = {}) =>
  command(id, false, options, ([stream], { now }) =>
    Result.map(update(stream.state, body, { id, actor, now }, []), (events) =>
      events.map((event) => ({ stream: 0, event }))
    )
  )
