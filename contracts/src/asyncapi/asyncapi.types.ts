/** The parts of an AsyncAPI 3.0 document that ours has. https://www.asyncapi.com/docs/reference/specification/v3.0.0 */

export interface Ref {
  readonly $ref: string
}

/** JSON Schema draft-07, which AsyncAPI 3.0 means where nothing else is said. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** Schemas that share definitions. */
export interface Schemas {
  readonly schemas: ReadonlyArray<JsonSchema>
  /** What they refer to under `#/components/schemas/`. */
  readonly definitions: Readonly<Record<string, JsonSchema>>
}

/** What is said about messages of NATS and JetStream beside the binding, which has only a place for the queue group. */
export interface NatsBinding {
  readonly nats: { readonly queue: string; readonly bindingVersion: "0.1.0" }
}

export interface JetStream {
  /** The stream that holds the channel's messages. */
  readonly stream: string
  readonly description: string
}

export interface Tag {
  readonly name: string
  readonly description?: string
}

export interface MessageExample {
  readonly name: string
  readonly summary?: string
  readonly headers?: Readonly<Record<string, unknown>>
  readonly payload?: unknown
}

export interface Message {
  readonly name: string
  readonly title: string
  readonly summary?: string
  readonly description: string
  readonly contentType: string
  readonly headers?: JsonSchema | Ref
  readonly payload?: JsonSchema | Ref
  readonly correlationId?: { readonly description: string; readonly location: string }
  readonly tags?: ReadonlyArray<Tag>
  readonly examples?: ReadonlyArray<MessageExample>
}

export interface Channel {
  /** Null: known only when the message is sent, as the address of a reply. */
  readonly address: string | null
  readonly title: string
  readonly description: string
  readonly parameters?: Readonly<Record<string, Ref>>
  readonly messages: Readonly<Record<string, Ref>>
  readonly tags?: ReadonlyArray<Tag>
  readonly "x-jetstream"?: JetStream
}

export interface Operation {
  readonly action: "send" | "receive"
  readonly channel: Ref
  readonly title: string
  readonly summary?: string
  readonly description: string
  readonly messages: ReadonlyArray<Ref>
  readonly reply?: { readonly channel: Ref; readonly messages: ReadonlyArray<Ref> }
  readonly security?: ReadonlyArray<Ref>
  readonly tags?: ReadonlyArray<Tag>
  readonly bindings?: NatsBinding
  readonly "x-jetstream"?: JetStream
}

export interface AsyncApi {
  readonly asyncapi: "3.0.0"
  readonly info: {
    readonly title: string
    readonly version: string
    readonly description: string
    readonly tags: ReadonlyArray<Tag>
  }
  readonly defaultContentType: string
  readonly servers: Readonly<Record<string, object>>
  readonly channels: Readonly<Record<string, Channel>>
  readonly operations: Readonly<Record<string, Operation>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly messages: Readonly<Record<string, Message>>
    readonly parameters: Readonly<Record<string, object>>
    readonly securitySchemes: Readonly<Record<string, object>>
  }
}

/** What one topic (events, commands …) adds to the document. */
export interface Part {
  readonly channels: Record<string, Channel>
  readonly operations: Record<string, Operation>
  readonly messages: Record<string, Message>
  readonly schemas: Record<string, JsonSchema>
}

export const emptyPart = (): Part => ({ channels: {}, operations: {}, messages: {}, schemas: {} })

/** A key of a map as one step of a JSON pointer (RFC 6901). */
const step = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1")

export const schemaRef = (key: string): Ref => ({ $ref: `#/components/schemas/${step(key)}` })
export const messageRef = (key: string): Ref => ({ $ref: `#/components/messages/${step(key)}` })
export const channelRef = (key: string): Ref => ({ $ref: `#/channels/${step(key)}` })
export const channelMessageRef = (channel: string, message: string): Ref => ({
  $ref: `#/channels/${step(channel)}/messages/${step(message)}`
})
