/** What postgres.js 3.4 keeps with a statement; none of it is in its types. */
interface Statement {
  /** It is the one that its connection is working on. */
  readonly active: boolean
  readonly canceller: ((statement: Statement) => Promise<void>) | null
}

/**
 * Asks the server to cancel a statement of postgres.js (its pending query), over a connection made for that. Does nothing unless it is being worked on. Resolves when
 * the server has taken the request, or could not be asked: `cancel()` of postgres.js throws that answer away, so that a database that takes
 * no more connections would end the process with an unhandled rejection.
 */
export const cancelStatement = async (pending: object): Promise<void> => {
  const statement = pending as Statement
  if (statement.active) await statement.canceller?.(statement).catch(() => {})
}
