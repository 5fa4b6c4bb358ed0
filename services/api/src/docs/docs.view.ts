import type { AsyncApi, Channel, JsonSchema, Message, Ref } from "@sluice/contracts/asyncapi/asyncapi.types"
import { anchor, type Field, fieldsOf, typeOf, type Word } from "./docs.fields.ts"
import { blocks, inline } from "./docs.markdown.ts"

/** What the page shows of the AsyncAPI document. */

const nameOf = ({ $ref }: Ref): string => $ref.slice($ref.lastIndexOf("/") + 1)
const isRef = (value: object | undefined): value is Ref => value !== undefined && "$ref" in value

const resolved = (document: AsyncApi, schema: JsonSchema | Ref | undefined): JsonSchema =>
  isRef(schema) ? (document.components.schemas[nameOf(schema)] ?? {}) : (schema ?? {})

const exampleOf = (example: { readonly name: string; readonly headers?: unknown; readonly payload?: unknown }) => ({
  name: example.name,
  headers: example.headers === undefined ? null : JSON.stringify(example.headers, null, 2),
  payload: JSON.stringify(example.payload, null, 2)
})

interface Shown {
  readonly fields: ReadonlyArray<Field & { readonly about: string }>
  readonly hasFields: boolean
}

const shown = (fields: ReadonlyArray<Field>): Shown => ({
  fields: fields.map((field) => ({ ...field, about: inline(field.description) })),
  hasFields: fields.length > 0
})

const eventMessage = (document: AsyncApi, key: string) => {
  const message = document.components.messages[key] as Message
  return {
    id: anchor("message", key),
    name: message.name,
    title: message.title,
    about: inline(message.description),
    ...shown(fieldsOf(document.components.schemas[`${key}.data`] ?? {})),
    examples: (message.examples ?? []).map(exampleOf)
  }
}

const eventChannel = (document: AsyncApi, key: string, channel: Channel) => ({
  id: anchor("channel", key),
  name: key.replace(/^evt\./, ""),
  title: channel.title,
  address: channel.address,
  // The newest version first: older ones matter to who reads what is old.
  messages: Object.values(channel.messages)
    .map((ref) => eventMessage(document, nameOf(ref)))
    .reverse()
})

/** The fields of the body stand where they are written, although the body has a name. */
const commandFields = (document: AsyncApi, payload: JsonSchema): ReadonlyArray<Field> => {
  const { body } = (payload.properties ?? {}) as Readonly<Record<string, JsonSchema>>
  return [...fieldsOf(payload), ...(body === undefined ? [] : fieldsOf(resolved(document, body), "body."))]
}

const command = (document: AsyncApi, key: string, channel: Channel) => {
  const name = key.replace(/^cmd\./, "")
  const { messages, schemas } = document.components
  const message = messages[key] as Message
  const answer = messages[`answer.${name}`] as Message
  const refusals = (schemas[`refusal.${name}`]?.anyOf ?? []) as ReadonlyArray<JsonSchema>
  return {
    id: anchor("channel", key),
    name,
    title: channel.title,
    about: inline(message.description.replace(`${channel.title}. `, "")),
    address: channel.address,
    queue: document.channels[`cmdq.${name}`]?.address,
    refused: document.channels[`rej.${name}`]?.address,
    ...shown(commandFields(document, resolved(document, message.payload))),
    answer:
      answer.payload === undefined
        ? ([{ text: "empty" }] as ReadonlyArray<Word>)
        : typeOf(answer.payload as JsonSchema),
    refusals: refusals.flatMap(typeOf),
    examples: (message.examples ?? []).map(exampleOf)
  }
}

/** Under headings, in the order in which they come. */
const byCategory = <A extends { readonly name: string }>(items: ReadonlyArray<A>) =>
  [...Map.groupBy(items, ({ name }) => name.split(".")[0] as string)].map(([category, items]) => ({ category, items }))

/** What other schemas refer to: each is a table of its own. Those of single messages are shown with them. */
const isShared = (key: string): boolean => !/^(command|refusal)\.|\.v\d+(\.data)?$/.test(key)

export const viewOf = (document: AsyncApi) => {
  const channels = Object.entries(document.channels)
  const of = (prefix: string) => channels.filter(([key]) => key.startsWith(prefix))
  const { schemas } = document.components
  return {
    title: document.info.title,
    about: blocks(document.info.description),
    events: byCategory(of("evt.").map(([key, channel]) => eventChannel(document, key, channel))),
    commands: byCategory(of("cmd.").map(([key, channel]) => command(document, key, channel))),
    schemas: Object.entries(schemas)
      .filter(([key]) => isShared(key))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, schema]) => {
        const all = [schema, ...((schema.allOf ?? []) as ReadonlyArray<JsonSchema>)]
        const fields = all.flatMap((one) => fieldsOf(resolved(document, one)))
        return {
          id: anchor("schema", key),
          name: key,
          about: typeof schema.description === "string" ? inline(schema.description) : null,
          type: fields.length === 0 ? typeOf(schema) : null,
          ...shown(fields)
        }
      })
  }
}
