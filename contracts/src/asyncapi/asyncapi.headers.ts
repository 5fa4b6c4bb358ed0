import { OMITTED_HEADER, SEQUENCE_HEADER, STATUS_HEADER } from "../command/command.message.ts"
import { type JsonSchema, schemaRef } from "./asyncapi.types.ts"

/** Headers of NATS messages. Names are taken without regard to capitals; values are text. */

export const EVENT_HEADERS = "headers.event"
export const COMMAND_HEADERS = "headers.command"
export const REPLY_HEADERS = "headers.reply"
export const PROBLEM_HEADERS = "headers.problem"
export const REJECTION_HEADERS = "headers.rejection"

const text = (description: string): JsonSchema => ({ type: "string", description })

const TRACE_ID = text("Names the command in the logs; its events carry it as correlationid.")
const STATUS = { type: "string", pattern: "^[1-5][0-9]{2}$", description: "The status that HTTP would answer with." }
const CONTENT_TYPE = text("What the payload is: application/json, or application/problem+json.")

/** Headers of a kind of message, and some of its own. */
export const withHeaders = (
  base: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required: ReadonlyArray<string>
): JsonSchema => ({
  allOf: [schemaRef(base)],
  type: "object",
  properties,
  ...(required.length === 0 ? {} : { required })
})

/** Of every message of its kind. */
export const headerSchemas: Readonly<Record<string, JsonSchema>> = {
  [EVENT_HEADERS]: {
    type: "object",
    properties: {
      "Nats-Msg-Id": text("The id of the event."),
      "Content-Type": { type: "string", const: "application/cloudevents+json" }
    }
  },
  [COMMAND_HEADERS]: {
    type: "object",
    properties: {
      Authorization: {
        type: "string",
        pattern: "^[Bb]earer +[^ ]+$",
        description: "Bearer and a JWT with the claims tenant, sub, roles, scope and kind. Its tenant is the subject's."
      }
    },
    required: ["Authorization"]
  },
  [REPLY_HEADERS]: {
    type: "object",
    properties: {
      [STATUS_HEADER]: STATUS,
      "Content-Type": CONTENT_TYPE,
      "X-Trace-Id": TRACE_ID,
      [OMITTED_HEADER]: text(
        "Bytes of a body too large for a message: it was left out, or of a problem only type, title, status and detail are here. HTTP answers it whole."
      )
    },
    required: [STATUS_HEADER, "X-Trace-Id"]
  },
  [PROBLEM_HEADERS]: withHeaders(
    REPLY_HEADERS,
    {
      "Nats-Service-Error-Code": { ...STATUS, description: "The same as Sluice-Status." },
      "Nats-Service-Error": text("The problem's title."),
      "Retry-After": { type: "string", pattern: "^[0-9]+$", description: "Seconds; with the status 503." }
    },
    ["Nats-Service-Error-Code", "Nats-Service-Error"]
  ),
  [REJECTION_HEADERS]: {
    type: "object",
    properties: {
      [STATUS_HEADER]: STATUS,
      "X-Trace-Id": TRACE_ID,
      "Idempotency-Key": text("The key of the command that was refused."),
      [SEQUENCE_HEADER]: {
        type: "string",
        pattern: "^[0-9]+$",
        description:
          "Where the command was in the stream COMMANDS: the sequence that its publisher got as acknowledgement. Absent for a request without a reply subject."
      }
    },
    required: [STATUS_HEADER, "X-Trace-Id"]
  }
}

/** The statuses of one kind of reply, and the headers that come with it. */
export const replyHeaders = (
  statuses: ReadonlyArray<string>,
  properties: Readonly<Record<string, JsonSchema>>,
  required: ReadonlyArray<string>
): JsonSchema =>
  withHeaders(REPLY_HEADERS, { [STATUS_HEADER]: { type: "string", enum: statuses }, ...properties }, required)
