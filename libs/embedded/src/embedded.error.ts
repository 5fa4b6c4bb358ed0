/** A server could not be started or found. The message is one sentence for a person: what is wrong and what to do. */
export class EmbeddedError extends Error {
  override readonly name = "EmbeddedError"
}

/** The reason inside anything thrown, for the second half of such a sentence. */
export const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))
