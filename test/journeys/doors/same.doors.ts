import { createHash } from "node:crypto"
import { jetstream, jetstreamManager } from "@nats-io/jetstream"
import { type MsgHdrs, headers as makeHeaders, type NatsConnection } from "@nats-io/transport-node"
import { commands } from "@sluice/contracts/command/command.catalog"
import { commandSubject, queuedCommandSubject, rejectionSubject } from "@sluice/contracts/command/command.subjects"
import type { Step } from "./same.commands.ts"
import { type Told, toldOf } from "./same.outcome.ts"

/** One step as it is sent: ids in place, its number, who says it. */
export interface Sent extends Step {
  readonly number: number
  readonly token: string | undefined
}

/** A way to say a command; the queue tells nothing where it was accepted. */
export type Door = (sent: Sent) => Promise<Told | undefined>

export const traceOf = (number: number): string => createHash("md5").update(`step ${number}`).digest("hex")

const headersOf = ({ number, token, headers = {}, key = `key ${number}` }: Sent): Record<string, string> => ({
  ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  "Idempotency-Key": key,
  "X-Trace-Id": traceOf(number),
  ...headers
})

export const httpDoor =
  (api: string): Door =>
  async (sent) => {
    const entry = commands.find(({ name }) => name === sent.command)
    if (entry === undefined) throw new Error(`no command ${sent.command}`)
    const path = entry.endpoint.path.replaceAll(/:([a-z]+)/gi, (_, name) =>
      encodeURIComponent(sent.params?.[name] ?? "")
    )
    const answer = await fetch(new URL(path, api), {
      method: entry.endpoint.method,
      headers: { ...headersOf(sent), "Content-Type": "application/json" },
      ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) })
    })
    return toldOf(answer.status, (name) => answer.headers.get(name), await answer.text())
  }

const message = ({ params, body }: Sent): string =>
  JSON.stringify({ ...(params === undefined ? {} : { params }), ...(body === undefined ? {} : { body }) })

const natsHeaders = (sent: Sent): MsgHdrs => {
  const all = makeHeaders()
  for (const [name, value] of Object.entries(headersOf(sent))) all.set(name, value)
  return all
}

const inAnyCase = (given: MsgHdrs | undefined) => {
  const all = new Map([...(given ?? [])].map(([name, [value]]) => [name.toLowerCase(), value]))
  return { status: Number(all.get("sluice-status")), of: (name: string) => all.get(name) }
}

export const requestDoor =
  (nats: NatsConnection, tenant: string): Door =>
  async (sent) => {
    const subject = commandSubject(tenant, sent.command)
    const answer = await nats.request(subject, message(sent), { timeout: 20_000, headers: natsHeaders(sent) })
    const { status, of } = inAnyCase(answer.headers)
    return toldOf(status, of, answer.string())
  }

/** Waits until the command has left the queue, and answers what was said of it on `rej`. */
export const queueDoor = async (nats: NatsConnection, tenant: string): Promise<Door> => {
  const client = jetstream(nats)
  const manager = await jetstreamManager(nats, { checkAPI: false })
  const said = new Map<string, Told>()
  const twice: Array<string> = []
  nats.subscribe(rejectionSubject(tenant, ">"), {
    callback: (_error, answer) => {
      const { status, of } = inAnyCase(answer.headers)
      const place = of("sluice-command-sequence") ?? ""
      if (said.has(place)) twice.push(place)
      said.set(place, toldOf(status, of, answer.string()))
    }
  })
  const isLeft = async (): Promise<boolean> => (await manager.streams.info("COMMANDS")).state.messages > 0
  return async (sent) => {
    const { seq } = await client.publish(queuedCommandSubject(tenant, sent.command), message(sent), {
      headers: natsHeaders(sent)
    })
    while (await isLeft()) await new Promise((resolve) => setTimeout(resolve, 2))
    await nats.flush()
    if (twice.length > 0) throw new Error(`refused twice: ${twice}`)
    return said.get(String(seq))
  }
}
