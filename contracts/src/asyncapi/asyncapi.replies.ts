import { CommandParked, ReplyMissing, TenantMismatch } from "../command/command.errors.ts"
import { PROBLEM_CONTENT_TYPE, problem } from "../http/problem.ts"
import { PROBLEM_HEADERS, REJECTION_HEADERS, replyHeaders } from "./asyncapi.headers.ts"
import { draft07, jsonSchemasOf } from "./asyncapi.json-schema.ts"
import { namesIn, type RouteOperation } from "./asyncapi.openapi.ts"
import { type JsonSchema, type Message, schemaRef } from "./asyncapi.types.ts"

/** What may come back for a command: an answer, or one of the problems that HTTP would answer with. */

/** The problems of an operation. */
export interface Refusals {
  /** Names of those that say why a command is not done, in whatever way it came: 4xx, and 500. */
  readonly final: ReadonlyArray<string>
  /** Names of those after which it may be sent again: 503. */
  readonly later: ReadonlyArray<string>
}

export const refusalsOf = ({ responses }: RouteOperation): Refusals => {
  const problems = Object.entries(responses).flatMap(([status, { content }]) =>
    namesIn(content?.[PROBLEM_CONTENT_TYPE]).map((name) => ({ name, status }))
  )
  const names = (later: boolean) =>
    problems.filter(({ status }) => (status === "503") === later).map(({ name }) => name)
  return { final: names(false), later: names(true) }
}

/** The schema of the final refusals of a command. */
export const refusalKey = (command: string): string => `refusal.${command}`

export const refusalSchema = ({ final }: Refusals): JsonSchema => ({
  anyOf: [...final, "TenantMismatchProblem"].map(schemaRef)
})

/** Problems that HTTP does not have. */
export const doorSchemas = (): Readonly<Record<string, JsonSchema>> =>
  jsonSchemasOf([problem(TenantMismatch, 403), problem(ReplyMissing, 400), problem(CommandParked, 500)]).definitions

/** The reply to a command that was not done. */
export const refusalMessage = (command: string, title: string, { later }: Refusals): Message => ({
  name: `${command}.problem`,
  title: `${title}: not done`,
  description:
    "A problem as RFC 9457 has it: why the command was not done. Its status is that of the header Sluice-Status; with 503, Retry-After says after how many seconds to send it again.",
  contentType: PROBLEM_CONTENT_TYPE,
  headers: schemaRef(PROBLEM_HEADERS),
  payload: { anyOf: [refusalKey(command), ...later].map(schemaRef) }
})

/** What the stream REJECTIONS says of a queued command: refused for good (4xx), or given up as poison (500). */
export const rejectionMessage = (command: string, title: string): Message => ({
  name: `${command}.rejected`,
  title: `${title}: refused`,
  description: "Why a queued command was not done: the problem that a request would have been answered with.",
  contentType: PROBLEM_CONTENT_TYPE,
  headers: schemaRef(REJECTION_HEADERS),
  payload: { anyOf: [refusalKey(command), "ReplyMissingProblem", "CommandParkedProblem"].map(schemaRef) }
})

/** The reply to a command that was done. Throws an `Error` where its successes differ in shape. */
export const answerMessage = (command: string, title: string, { responses }: RouteOperation): Message => {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith("2"))
  const shapes = new Set(successes.map(([, { content }]) => namesIn(content?.["application/json"])[0]))
  const [schema] = shapes
  if (shapes.size !== 1) throw new Error(`Answers to ${command} have ${shapes.size} shapes: want one`)
  const own = new Map(successes.flatMap(([, { headers }]) => Object.entries(headers ?? {})))
  own.delete("X-Trace-Id")
  const required = [...own].filter(([, header]) => header.required === true).map(([name]) => name)
  return {
    name: `${command}.answer`,
    title: `${title}: done`,
    description:
      schema === undefined
        ? "The reply is empty."
        : own.has("ETag")
          ? "The resource as it is now. The header ETag is the version of its stream: a value for minVersion."
          : "What came of it.",
    contentType: "application/json",
    headers: replyHeaders(
      successes.map(([status]) => status),
      Object.fromEntries([...own].map(([name, header]) => [name, draft07(header.schema)])),
      required
    ),
    ...(schema === undefined ? {} : { payload: schemaRef(schema) })
  }
}
