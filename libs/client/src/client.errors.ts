import type { InputIssue } from "@sluice/contracts/input/input.errors"

/** What one needs to know about a call that failed. */
export interface FailedCall {
  /** For example `POST /v1/sessions`. */
  readonly request: string
  /** How often it was sent. */
  readonly attempts: number
  /** Of a command: repeated under this key it is done once, whatever became of it so far. */
  readonly idempotencyKey: string | undefined
}

/** A problem as RFC 9457 has it; a problem's own fields stand beside these. */
export interface ProblemDetails {
  /** `urn:sluice:problem:…`; `about:blank` where whoever answered gave none. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly [field: string]: unknown
}

/** A refusal in the contract's own class, with its fields. */
export type Refusal = Error & { readonly _tag: string }

/** The API answered with a problem. One that says "later" (429, 502, 503, 504) is thrown when all repeats gave the same. */
export class SluiceProblem extends Error {
  override readonly name: string = "SluiceProblem"
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** What is wrong with the input, each with a JSON Pointer; empty where the problem is another. */
  readonly errors: ReadonlyArray<InputIssue>
  /** The refusal in its own class (`isProblem` compares it); undefined for one that this version of the contract does not know. */
  readonly refusal: Refusal | undefined
  /** All of it, as it was answered. */
  readonly problem: ProblemDetails
  /** Names the request in the server's logs. */
  readonly traceId: string | undefined
  readonly call: FailedCall

  constructor(
    problem: ProblemDetails,
    refusal: Refusal | undefined,
    { traceId, ...call }: FailedCall & { readonly traceId: string | undefined }
  ) {
    super(`${call.request}: ${problem.status} ${problem.title}: ${problem.detail}`)
    this.type = problem.type
    this.title = problem.title
    this.status = problem.status
    this.detail = problem.detail
    this.errors = Array.isArray(problem.errors) ? problem.errors : []
    this.problem = problem
    this.refusal = refusal
    this.traceId = traceId
    this.call = call
  }
}

/** No answer came, or none that could be read, however often it was tried. A command may have been done: see `call.idempotencyKey`. */
export class SluiceUnreachable extends Error {
  override readonly name: string = "SluiceUnreachable"
  readonly call: FailedCall

  constructor(call: FailedCall, cause: unknown) {
    super(`${call.request}: no answer after ${call.attempts} attempt${call.attempts === 1 ? "" : "s"}: ${why(cause)}`, {
      cause
    })
    this.call = call
  }
}

/** `fetch` says what happened in the cause of its error. */
const why = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message
}

interface RefusalClass {
  // biome-ignore lint/suspicious/noExplicitAny: each class has its own properties
  new (properties: any): Refusal
}

/** Whether a call was refused in this way: `isProblem(error, problems.SessionEnded)`; `error.refusal` then has its fields. */
export const isProblem = <C extends RefusalClass>(
  error: unknown,
  refusal: C
): error is SluiceProblem & { readonly refusal: InstanceType<C> } =>
  error instanceof SluiceProblem && error.refusal instanceof refusal
