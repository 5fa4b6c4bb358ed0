import { readFileSync } from "node:fs"
import { Role } from "@sluice/contracts/actor/actor"
import { METADATA_MAX_BYTES } from "@sluice/contracts/session/session.commands"
import { Result, Schema, SchemaIssue } from "effect"
import { DemoFailed } from "./demo.errors.ts"
import { metadataOf } from "./exchanges.story.ts"

/** A file of exchanges: payloads that agents of one organisation sent each other, and the approval limits in force. */

const Text = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(4000))
const Payload = Schema.Record(Schema.String, Schema.Json)

export const Exchange = Schema.Struct({
  id: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100)),
  /** The exchange that this one answers or follows up. */
  parent: Schema.optionalKey(Schema.String),
  from: Role,
  to: Role,
  type: Text,
  description: Text,
  data: Payload,
  context: Schema.optionalKey(Payload)
})
export type Exchange = typeof Exchange.Type

export const ApprovalRule = Schema.Struct({
  over: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
  unit: Text,
  approverRoles: Schema.Array(Role).check(Schema.isMinLength(1)),
  quorum: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))
})
export type ApprovalRule = typeof ApprovalRule.Type

export const Exchanges = Schema.Struct({
  exchanges: Schema.Array(Exchange).check(Schema.isMinLength(1)),
  approvalRules: Schema.Array(ApprovalRule)
})
export type Exchanges = typeof Exchanges.Type

const decode = Schema.decodeUnknownResult(Exchanges, { errors: "all" })
const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

/** Reads and checks a file. Throws `DemoFailed` that names every problem, one a line. */
export const readExchanges = (file: string): Exchanges => {
  const refuse = (problems: ReadonlyArray<string>): never => {
    throw DemoFailed.because(
      `${file} is no file of exchanges:\n${problems.map((problem) => `  ${problem}`).join("\n")}`
    )
  }
  let text: string
  try {
    text = readFileSync(file, "utf8")
  } catch (thrown) {
    throw DemoFailed.because(`${file} cannot be read: ${(thrown as NodeJS.ErrnoException).code ?? thrown}`)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (thrown) {
    return refuse([`it is not JSON: ${(thrown as Error).message}`])
  }
  const decoded = decode(json)
  if (Result.isFailure(decoded)) {
    const { issues } = issuesOf(decoded.failure.issue)
    return refuse(issues.map(({ path = [], message }) => `/${path.map(String).join("/")}: ${message}`))
  }
  const problems = contradictions(decoded.success)
  return problems.length > 0 ? refuse(problems) : decoded.success
}

/** What a schema cannot see: references, and what an exchange of its type must carry. */
const contradictions = ({ exchanges }: Exchanges): ReadonlyArray<string> => {
  const ids = new Set(exchanges.map(({ id }) => id))
  const seen = new Set<string>()
  return exchanges.flatMap((exchange, index) => {
    const at = `/exchanges/${index}`
    const { id, parent, data } = exchange
    const problems: Array<string> = []
    if (seen.has(id)) problems.push(`${at}/id: ${id} is the id of an earlier exchange`)
    seen.add(id)
    if (parent !== undefined && !ids.has(parent)) problems.push(`${at}/parent: there is no exchange ${parent}`)
    if (parent === id) problems.push(`${at}/parent: an exchange cannot be its own parent`)
    if (exchange.type === "budget_approval") {
      const field = "amount" in data ? "amount" : "total_cost"
      if (!(field in data)) problems.push(`${at}/data: a budget_approval needs amount or total_cost`)
      else if (typeof data[field] !== "number" || data[field] < 0)
        problems.push(`${at}/data/${field}: must be a number that is not negative`)
    }
    if (Buffer.byteLength(JSON.stringify(metadataOf(exchange))) > METADATA_MAX_BYTES)
      problems.push(`${at}: must be at most ${METADATA_MAX_BYTES} bytes of JSON in all`)
    return problems
  })
}
