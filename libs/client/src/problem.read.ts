import { Result, Schema } from "effect"
import type { ProblemDetails, Refusal } from "./client.errors.ts"
import type { RawAnswer } from "./retry.loop.ts"
import type { Route } from "./route.table.ts"

const Details = Schema.StructWithRest(
  Schema.Struct({ type: Schema.String, title: Schema.String, status: Schema.Int, detail: Schema.String }),
  [Schema.Record(Schema.String, Schema.Unknown)]
)

/** The problem in an answer that is no success, and the refusal in the contract's own class where the contract knows it. */
export const problemIn = (
  { status, text }: RawAnswer,
  { refusals }: Pick<Route, "refusals">
): { readonly problem: ProblemDetails; readonly refusal: Refusal | undefined } => {
  const body = parsed(text)
  const problem = Result.getOrUndefined(Schema.decodeUnknownResult(Details)(body))
  if (problem === undefined) return { problem: foreign(status, text), refusal: undefined }
  for (const schema of refusals.get(status) ?? []) {
    const read = Schema.decodeUnknownResult(schema as Schema.Codec<unknown, unknown>)(body)
    if (Result.isSuccess(read) && read.success instanceof Error) return { problem, refusal: read.success as Refusal }
  }
  return { problem, refusal: undefined }
}

/** What was not answered by the API itself, but by something in between. */
const foreign = (status: number, text: string): ProblemDetails => ({
  type: "about:blank",
  title: `HTTP ${status}`,
  status,
  detail: text.trim() === "" ? "the answer is no problem of the API" : text.trim().slice(0, 200)
})

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
