import { jetstream } from "@nats-io/jetstream"
import { headers, type NatsConnection } from "@nats-io/transport-node"
import { commands } from "@sluice/contracts/command/command.catalog"
import { STATUS_HEADER } from "@sluice/contracts/command/command.message"
import { commandSubject, queuedCommandSubject } from "@sluice/contracts/command/command.subjects"
import type { Command } from "./load.journal.ts"

/** What a door said to a command. */
export interface Told {
  readonly status: number
  readonly header: (name: string) => string | null
  readonly body: Record<string, unknown>
}

/** A way to send a command once. Resolves with undefined where no answer came: whether it was done is not known. */
export type Door = (command: Command) => Promise<Told | undefined>

/** Connections to the broker by tenant. */
export type Brokers = ReadonlyMap<string, NatsConnection>

/** Milliseconds for one answer. */
const HTTP_WITHIN = 10_000
const NATS_WITHIN = 3_000

export const httpDoor =
  (url: string): Door =>
  async ({ by, key, method, path, body }) => {
    try {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${by.token}`, "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(HTTP_WITHIN)
      })
      const parsed = (await answer.json()) as Told["body"]
      return { status: answer.status, header: (name) => answer.headers.get(name), body: parsed }
    } catch {
      return undefined // refused, cut off in the middle, or too late
    }
  }

/** As a request, answered by whichever instance takes it. */
export const requestDoor =
  (brokers: Brokers): Door =>
  async (command) => {
    const { name, message, options } = asMessage(command)
    try {
      const subject = commandSubject(command.by.tenant, name)
      const answer = await of(brokers, command).request(subject, message, { ...options, timeout: NATS_WITHIN })
      const said = new Map([...(answer.headers ?? [])].map(([header, [value]]) => [header.toLowerCase(), value]))
      const header = (wanted: string): string | null => said.get(wanted.toLowerCase()) ?? null
      return { status: Number(header(STATUS_HEADER)), header, body: answer.json() }
    } catch {
      return undefined
    }
  }

/** Left in the queue, where nobody is told how an accepted command was answered: answers nothing. */
export const queueDoor =
  (brokers: Brokers): Door =>
  async (command) => {
    const { name, message, options } = asMessage(command)
    const subject = queuedCommandSubject(command.by.tenant, name)
    await jetstream(of(brokers, command))
      .publish(subject, message, { ...options, timeout: NATS_WITHIN })
      .catch(() => {})
    return undefined
  }

const of = (brokers: Brokers, { by }: Command): NatsConnection => {
  const connection = brokers.get(by.tenant)
  if (connection === undefined) throw new Error(`${by.tenant} has no connection to the broker`)
  return connection
}

const asMessage = ({ by, key, method, path, body }: Command) => {
  const { name, params } = nameOf(method, path)
  const told = headers()
  told.set("Authorization", `Bearer ${by.token}`)
  told.set("Idempotency-Key", key)
  return { name, message: JSON.stringify({ params, body }), options: { headers: told } }
}

const routes = commands.map(({ name, endpoint }) => ({
  name,
  method: endpoint.method as string,
  pattern: new RegExp(`^${endpoint.path.replaceAll(/:([a-z]+)/gi, "(?<$1>[^/]+)")}$`)
}))

/** The command that a method and path are over HTTP, and its parameters. */
const nameOf = (method: string, path: string) => {
  for (const route of routes) {
    const match = route.method === method ? route.pattern.exec(path) : null
    if (match !== null) return { name: route.name, params: { ...match.groups } }
  }
  throw new Error(`${method} ${path} is no command`)
}
