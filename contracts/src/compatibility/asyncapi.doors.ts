import { canonicalJson } from "../json/json.canonical.ts"
import type { Affected } from "./compatibility.change.ts"
import { type Document, followed, type JsonSchema } from "./schema.document.ts"

/** An AsyncAPI 3.0 document as a list of doors: every operation with its subject and its messages, references followed. */

export type Role = "command" | "answer" | "refusal" | "event"

export interface DoorMessage {
  readonly role: Role
  readonly contentType: string
  readonly headers: JsonSchema
  readonly payload: JsonSchema
}

export interface Door {
  /** `the command session.open`, `the event approval.requested` */
  readonly label: string
  /** `session.open`, `approval.requested` */
  readonly name: string
  readonly who: Affected
  readonly action: string
  readonly subject: string
  /** What may stand in the subject, by the parameter's name. */
  readonly parameters: ReadonlyMap<string, JsonSchema>
  /** The JetStream stream that holds it; undefined for core NATS. */
  readonly stream: string | undefined
  /** Where replies go; null: wherever the request says. */
  readonly replyTo: string | null
  /** Credentials, of which any one is enough; none are needed where there are none. */
  readonly credentials: ReadonlyArray<Credentials>
  /** By key, those of replies too. */
  readonly messages: ReadonlyMap<string, DoorMessage>
}

/** A security scheme, its words left out. */
export interface Credentials {
  readonly name: string
  readonly json: string
}

interface Ref {
  readonly $ref: string
}
interface Operation {
  readonly action: string
  readonly channel: Ref
  readonly messages: ReadonlyArray<Ref>
  readonly reply?: { readonly channel?: Ref; readonly messages: ReadonlyArray<Ref> }
  readonly security?: ReadonlyArray<Ref>
}
interface Channel {
  readonly address: string
  readonly parameters?: Readonly<Record<string, Ref | { readonly enum?: ReadonlyArray<string> }>>
  readonly "x-jetstream"?: { readonly stream: string }
}
interface Message {
  readonly contentType?: string
  readonly headers?: JsonSchema
  readonly payload?: JsonSchema
}

/** What an operation is to a client, by the first part of its key. */
const KINDS: Readonly<Record<string, { readonly label: string; readonly role: Role }>> = {
  send: { label: "the command", role: "command" },
  queue: { label: "the queued command", role: "command" },
  "receive-refusal": { label: "refusals of the queued command", role: "refusal" },
  receive: { label: "the event", role: "event" }
}

/** Those that a server or an operation names. */
export const credentialsOf = (
  document: Document,
  security: ReadonlyArray<Ref> | undefined = []
): ReadonlyArray<Credentials> =>
  security.map((reference) => {
    const { description: _, ...scheme } = followed<{ readonly description?: string }>(document, reference)
    return { name: lastStep(reference), json: canonicalJson(scheme as never) }
  })

const parametersOf = (document: Document, { parameters = {} }: Channel): ReadonlyMap<string, JsonSchema> =>
  new Map(
    Object.entries(parameters).map(([name, parameter]) => {
      const { enum: values } = followed<{ readonly enum?: ReadonlyArray<string> }>(document, parameter)
      return [name, { type: "string", ...(values === undefined ? {} : { enum: values }) }] as const
    })
  )

const PROBLEM = "application/problem+json"

/** Doors by the keys of their operations. */
export const doorsOf = (document: Document): ReadonlyMap<string, Door> =>
  new Map(
    Object.entries(document.operations as Readonly<Record<string, Operation>>).map(([key, operation]) => {
      const channel = followed<Channel>(document, operation.channel)
      const replies = operation.reply
      const replyTo =
        replies?.channel && followed<{ readonly address?: string | null }>(document, replies.channel).address
      const [kind = "", name = ""] = [key.slice(0, key.indexOf(".")), key.slice(key.indexOf(".") + 1)]
      const { label, role: own } = KINDS[kind] ?? { label: `the operation ${kind}`, role: "event" }
      const first = operation.messages.map((one) => [one, own] as const)
      const second = (replies?.messages ?? []).map((one) => [one, "answer"] as const)
      const messages = [...first, ...second].map(([reference, role]) => {
        const { contentType, headers, payload } = followed<Message>(document, reference)
        const message = {
          role: role === "answer" && contentType === PROBLEM ? "refusal" : role,
          contentType: contentType ?? String(document.defaultContentType),
          headers: headers ?? true,
          payload: payload ?? true
        } as const
        return [lastStep(reference), message] as const
      })
      const door: Door = {
        label: `${label} ${name}`,
        name,
        who: own === "event" ? "subscribers of events" : "publishers of commands",
        action: operation.action,
        subject: channel.address,
        parameters: parametersOf(document, channel),
        stream: channel["x-jetstream"]?.stream,
        replyTo: replyTo ?? null,
        credentials: credentialsOf(document, operation.security),
        messages: new Map(messages)
      }
      return [key, door] as const
    })
  )

const lastStep = ({ $ref }: Ref): string =>
  $ref
    .slice($ref.lastIndexOf("/") + 1)
    .replaceAll("~1", "/")
    .replaceAll("~0", "~")
