import { Schema } from "effect"
import postgres from "postgres"

/** The database server refuses work for now or cannot be reached; the same statement may succeed later. */
const UNAVAILABLE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED"
])

/** A failed statement. `code` is the SQLSTATE, or the name of the connection's failure. */
export class DbError extends Schema.TaggedError<DbError>()("DbError", {
  message: Schema.String,
  code: Schema.String,
  constraint: Schema.optionalKey(Schema.String),
  cause: Schema.Defect()
}) {
  static from(cause: unknown): DbError {
    if (cause instanceof DbError) return cause
    if (cause instanceof postgres.PostgresError) {
      return new DbError({
        message: cause.message,
        code: cause.code,
        ...(cause.constraint_name ? { constraint: cause.constraint_name } : {}),
        cause
      })
    }
    const code = (cause as { code?: unknown } | null)?.code
    return new DbError({
      message: cause instanceof Error && cause.message !== "" ? cause.message : String(cause),
      code: typeof code === "string" ? code : "UNKNOWN",
      cause
    })
  }

  /** SQLSTATE class: the first two characters (PostgreSQL manual, appendix A). */
  get class(): string {
    return this.code.slice(0, 2)
  }

  /** The server is away, starting, stopping or out of connections (SQLSTATE 08, 53, 57P; 25006 after a failover). */
  get unavailable(): boolean {
    return (
      UNAVAILABLE.has(this.code) ||
      this.class === "08" ||
      this.class === "53" ||
      this.code.startsWith("57P") ||
      this.code === "25006"
    )
  }

  /** The connection is of no more use: it could not be made, has closed, or the server is about to close it. */
  get endsConnection(): boolean {
    return this.cause instanceof postgres.PostgresError
      ? this.cause.severity === "FATAL" || this.cause.severity === "PANIC"
      : UNAVAILABLE.has(this.code)
  }

  /** The transaction lost against another one (serialization failure, deadlock, lock not available) and may be repeated. */
  get contention(): boolean {
    return this.class === "40" || this.code === "55P03"
  }
}
