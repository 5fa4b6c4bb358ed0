import { asyncApi } from "@sluice/contracts/asyncapi/asyncapi.document"
import type { AsyncApi } from "@sluice/contracts/asyncapi/asyncapi.types"
import { Ajv, type ValidateFunction } from "ajv"
import formats from "ajv-formats"

/** A message of the stream EVENTS. */
export interface PublishedEvent {
  readonly subject: string
  /** The payload, as bytes, as text or as the JSON that it is. */
  readonly data: unknown
}

/** What is wrong with a message, in a sentence; undefined where nothing is. */
export type EventsValidator = (message: PublishedEvent) => string | undefined

const json = (data: unknown): unknown => {
  const text = data instanceof Uint8Array ? new TextDecoder().decode(data) : data
  return typeof text === "string" ? JSON.parse(text) : text
}

const nameOf = ({ $ref }: { readonly $ref: string }): string => $ref.slice($ref.lastIndexOf("/") + 1)

/**
 * Holds published events to the AsyncAPI document, as a subscriber could who has nothing but the document: the subject must
 * be one of a channel, the type one of the channel's messages, and the payload what the message's schema says. A schema is
 * compiled when the first event of its type comes.
 */
export const makeEventsValidator = (document: AsyncApi = asyncApi()): EventsValidator => {
  const ajv = new Ajv({ allErrors: true })
  formats.default(ajv)
  ajv.addVocabulary(Object.keys(document))
  ajv.addSchema(document, "asyncapi")

  const channels = new Map(
    Object.values(document.channels).flatMap(({ address, messages }) => {
      const [, category, event] = /^evt\.\{tenant\}\.([^.]+)\.([^.]+)\.\{partition\}$/.exec(address ?? "") ?? []
      const keys = Object.values(messages).map(nameOf)
      const byType = new Map(keys.map((key) => [document.components.messages[key]?.name, key]))
      return category === undefined ? [] : [[`${category}.${event}`, byType] as const]
    })
  )
  const compiled = new Map<string, ValidateFunction>()
  const schemaOf = (key: string): ValidateFunction => {
    const payload = document.components.messages[key]?.payload as { readonly $ref: string }
    const validate = compiled.get(key) ?? ajv.compile({ $ref: `asyncapi${payload.$ref}` })
    compiled.set(key, validate)
    return validate
  }
  const partitions = (document.components.parameters.partition as { readonly enum: ReadonlyArray<string> }).enum

  return ({ subject, data }) => {
    const [root, tenant, category, event, partition, ...rest] = subject.split(".")
    const messages = channels.get(`${category}.${event}`)
    if (root !== "evt" || rest.length > 0 || messages === undefined) return `${subject} is no channel of events`
    if (!partitions.includes(partition ?? "")) return `${subject} has no partition`
    const payload = json(data) as { readonly type?: unknown; readonly tenant?: unknown }
    const key = messages.get(String(payload?.type))
    if (key === undefined) return `${String(payload?.type)} is no message on ${subject}`
    if (payload.tenant !== tenant) return `The event on ${subject} is of the tenant ${String(payload.tenant)}`
    const validate = schemaOf(key)
    return validate(payload) ? undefined : `${key} on ${subject}: ${ajv.errorsText(validate.errors, { dataVar: "" })}`
  }
}
