import type { AttemptOutcome } from "@sluice/contracts/delivery/delivery.views"

/** How one POST went. */
export interface PostOutcome {
  readonly outcome: Exclude<AttemptOutcome, "unknown">
  readonly responseStatus: number | null
  readonly latencyMillis: number
  /** What went wrong, in words. */
  readonly error: string | null
  /** The first bytes of the answer, as text. */
  readonly answer: string | null
}

/** What a failure is called, in words that name no address: nobody is to learn from them where a name leads. */
export const reasonOf = (error: unknown): string => {
  const { code, message, syscall } = (error ?? {}) as { code?: unknown; message?: unknown; syscall?: unknown }
  // The libraries below speak of their own source files where they mean these.
  if (typeof code === "string" && code.startsWith("ERR_SSL_"))
    return `TLS: ${code.slice("ERR_SSL_".length).toLowerCase().replaceAll("_", " ")}`
  if (code === "ERR_ASSERTION") return "the answer is no HTTP"
  const text = typeof message === "string" && syscall === undefined ? message : ""
  // What follows a semicolon is Node's advice to its own operator.
  const words = text === "" ? code : text.split(/[;\n]/)[0]
  return storable(typeof words === "string" ? words : "unknown").slice(0, 300)
}

/** Fit for a text column: without the one character that Postgres refuses. */
export const storable = (text: string): string => text.replaceAll("\0", "\uFFFD").toWellFormed()

/** What is wrong with a status. */
export const statusFault = (status: number): string | null => {
  if (status >= 200 && status < 300) return null
  if (status >= 300 && status < 400) return `The endpoint answered ${status}; redirects are not followed`
  return `The endpoint answered ${status}`
}
