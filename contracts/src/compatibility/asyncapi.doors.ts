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
  /** By key, those of replies too. */
  readonly messages: ReadonlyMap<string, DoorMessage>
}

interface Ref {
  readonly $ref: string
}
interface Operation {
  readonly action: string
  readonly channel: Ref
  readonly messages: ReadonlyArray<Ref>
  readonly reply?: { readonly messages: ReadonlyArray<Ref> }
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

const PROBLEM = "application/problem+json"

/** Doors by the keys of their operations. */
export const doorsOf = (document: Document): ReadonlyMap<string, Door> =>
  new Map(
    Object.entries(document.operations as Readonly<Record<string, Operation>>).map(([key, operation]) => {
      const channel = followed<{ readonly address: string }>(document, operation.channel)
      const [kind = "", name = ""] = [key.slice(0, key.indexOf(".")), key.slice(key.indexOf(".") + 1)]
      const { label, role: own } = KINDS[kind] ?? { label: `the operation ${kind}`, role: "event" }
      const first = operation.messages.map((one) => [one, own] as const)
      const replies = (operation.reply?.messages ?? []).map((one) => [one, "answer"] as const)
      const messages = [...first, ...replies].map(([reference, role]) => {
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
