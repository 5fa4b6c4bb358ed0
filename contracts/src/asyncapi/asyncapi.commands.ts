import { Context } from "effect"
import { type CommandEntry, commands } from "../command/command.catalog.ts"
import { COMMANDS, COMMANDS_GROUP, REJECTIONS } from "../command/command.message.ts"
import { NeedsScope } from "../http/http.auth.ts"
import { commandSample } from "./asyncapi.command-samples.ts"
import { COMMAND_HEADERS, headerSchemas, withHeaders } from "./asyncapi.headers.ts"
import { allDraft07, draft07 } from "./asyncapi.json-schema.ts"
import { httpContract, namesIn, type RouteOperation, routeOperation } from "./asyncapi.openapi.ts"
import {
  answerMessage,
  doorSchemas,
  refusalKey,
  refusalMessage,
  refusalSchema,
  refusalsOf,
  rejectionMessage
} from "./asyncapi.replies.ts"
import {
  channelMessageRef,
  channelRef,
  emptyPart,
  type JsonSchema,
  type Message,
  messageRef,
  type Part,
  schemaRef
} from "./asyncapi.types.ts"
import { sentence } from "./asyncapi.words.ts"

/** Commands: a channel for requests, one for replies, one of the queue, one of its refusals. */

const closed = (properties: Readonly<Record<string, unknown>>, required: ReadonlyArray<string>): JsonSchema => ({
  type: "object",
  properties,
  ...(required.length === 0 ? {} : { required }),
  additionalProperties: false
})

/** `{ params?, body? }`: path parameters by name, and what HTTP takes as body. */
const payloadSchema = ({ parameters, requestBody }: RouteOperation): JsonSchema => {
  const path = parameters.filter((parameter) => parameter.in === "path")
  const [body] = namesIn(requestBody?.content["application/json"])
  const names = path.map(({ name }) => name)
  const params = closed(Object.fromEntries(path.map(({ name, schema }) => [name, draft07(schema)])), names)
  return closed(
    {
      ...(path.length === 0 ? {} : { params: { description: "Parameters of the path, by name.", ...params } }),
      ...(body === undefined ? {} : { body: schemaRef(body) })
    },
    [...(path.length === 0 ? [] : ["params"]), ...(requestBody?.required === true ? ["body"] : [])]
  )
}

const headersSchema = ({ parameters }: RouteOperation, queued: boolean): JsonSchema => {
  const own = parameters.filter((parameter) => parameter.in === "header")
  const key = own.find(({ name }) => name === "Idempotency-Key")
  return withHeaders(
    COMMAND_HEADERS,
    Object.fromEntries(own.map(({ name, schema }) => [name, draft07(schema)])),
    queued && key !== undefined ? ["Idempotency-Key"] : []
  )
}

const descriptionOf = ({ endpoint }: CommandEntry, { summary }: RouteOperation): string => {
  const scopes = Context.getOrElse(endpoint.annotations, NeedsScope, () => []).map((scope) => `\`${scope}\``)
  return `${sentence(summary)} Needs the scope ${scopes.join(" or ")}. Over HTTP: \`${endpoint.method} ${endpoint.path}\`.`
}

const commandMessage = (entry: CommandEntry, operation: RouteOperation, queued: boolean): Message => {
  const payload = commandSample(entry.name)
  const headers = { Authorization: "Bearer eyJhbGciOi…", ...(queued ? { "Idempotency-Key": "release-4-step-1" } : {}) }
  return {
    name: entry.name,
    title: operation.summary,
    description: descriptionOf(entry, operation),
    contentType: "application/json",
    headers: headersSchema(operation, queued),
    payload: schemaRef(`command.${entry.name}`),
    tags: [{ name: entry.category }],
    examples: payload === undefined ? [] : [{ name: entry.name, headers, payload }]
  }
}

const TENANT = { tenant: { $ref: "#/components/parameters/tenant" } }
const SECURITY = [{ $ref: "#/components/securitySchemes/bearer" }]
const stream = (name: string, description: string) => ({ "x-jetstream": { stream: name, description } })

/** Channels and operations of one command, and the messages on them. */
const addCommand = (part: Part, entry: CommandEntry): void => {
  const { name, category, endpoint } = entry
  const operation = routeOperation(endpoint.method, endpoint.path)
  const title = operation.summary
  const description = descriptionOf(entry, operation)
  const refusals = refusalsOf(operation)
  const [request, queued, rejection, reply] = [`cmd.${name}`, `cmdq.${name}`, `rej.${name}`, `reply.${name}`]
  const replies = [`answer.${name}`, `problem.${name}`] as const
  const tags = [{ name: category }]

  part.schemas[`command.${name}`] = payloadSchema(operation)
  part.schemas[refusalKey(name)] = refusalSchema(refusals)
  part.messages[request] = commandMessage(entry, operation, false)
  part.messages[queued] = commandMessage(entry, operation, true)
  part.messages[replies[0]] = answerMessage(name, title, operation)
  part.messages[replies[1]] = refusalMessage(name, title, refusals)
  part.messages[rejection] = rejectionMessage(name, title)

  const channel = (address: string | null, title: string, description: string, messages: ReadonlyArray<string>) => ({
    address,
    title,
    description,
    ...(address === null ? {} : { parameters: TENANT }),
    messages: Object.fromEntries(messages.map((key) => [key, messageRef(key)])),
    tags
  })
  part.channels[request] = channel(`cmd.{tenant}.${name}`, title, `Requests: ${description}`, [request])
  part.channels[reply] = channel(null, `${title}: reply`, "The reply subject of the request.", replies)
  part.channels[queued] = {
    ...channel(`cmdq.{tenant}.${name}`, `${title}, queued`, `Left to be handled once: ${description}`, [queued]),
    ...stream(
      COMMANDS,
      "Publish and wait for the acknowledgement: from then on the command is kept until it is handled. It needs no Nats-Msg-Id, since its key finds repeats; " +
        "the stream is shared, so an id that somebody else used a moment ago has it acknowledged as a duplicate and not kept."
    )
  }
  part.channels[rejection] = {
    ...channel(`rej.{tenant}.${name}`, `${title}: refusals`, "Why queued commands were refused.", [rejection]),
    ...stream(REJECTIONS, "Subscribe before you publish; the stream keeps refusals for a week.")
  }

  part.operations[`send.${name}`] = {
    action: "send",
    channel: channelRef(request),
    title,
    description,
    messages: [channelMessageRef(request, request)],
    reply: { channel: channelRef(reply), messages: replies.map((key) => channelMessageRef(reply, key)) },
    security: SECURITY,
    tags,
    bindings: { nats: { queue: COMMANDS_GROUP, bindingVersion: "0.1.0" } }
  }
  part.operations[`queue.${name}`] = {
    action: "send",
    channel: channelRef(queued),
    title: `${title}, queued`,
    description: `${description} The answer is the broker's acknowledgement; a refusal comes on rej.`,
    messages: [channelMessageRef(queued, queued)],
    security: SECURITY,
    tags
  }
  part.operations[`receive-refusal.${name}`] = {
    action: "receive",
    channel: channelRef(rejection),
    title: `${title}: refusals`,
    description: "Why queued commands were refused.",
    messages: [channelMessageRef(rejection, rejection)],
    tags
  }
}

export const commandsPart = (): Part => {
  const part = emptyPart()
  Object.assign(part.schemas, headerSchemas, doorSchemas())
  for (const entry of commands) addCommand(part, entry)
  Object.assign(part.schemas, allDraft07(httpContract().components.schemas), part.schemas)
  return part
}
