import { Effect } from "effect"
import { CliError } from "effect/cli"

/** A command cannot do it: the sentence goes to stderr, the exit code is 1. */
export const failure = (sentence: string): CliError.UserError =>
  new CliError.UserError({ cause: sentence, userMessage: sentence })

interface Failing {
  readonly _tag: string
  readonly message: string
}

/** One sentence for whatever the libraries and the API fail with. */
export const sentenceOf = (error: Failing): string => {
  switch (error._tag) {
    case "DbError":
      return `The database does not answer as it should: ${error.message}`
    case "BrokerError":
      return `The broker does not answer as it should: ${error.message}`
    case "HttpClientError":
      return `The API cannot be reached: ${error.message}`
    default:
      return error.message.replaceAll(/\n\s*/g, " ")
  }
}

/** Turns every failure into one that people can read. */
export const plainly = <A, E extends Failing, R>(
  self: Effect.Effect<A, E, R>
): Effect.Effect<A, CliError.UserError, R> =>
  Effect.mapError(self, (error) => (error instanceof CliError.UserError ? error : failure(sentenceOf(error))))
