import { Effect, Redacted } from "effect"
import { createTransport } from "nodemailer"
import type { Message } from "./mail.compose.ts"

/**
 * What the mail server made of a message. `deferred`: it would not take it now (4xx). `refused`: it never will (5xx about the
 * message or its recipient). `away`: it could not be reached, did not answer, or does not take mails from us; the
 * message is not to blame. Where the connection broke in the middle, the message may have been taken.
 */
export interface Posted {
  readonly outcome: "sent" | "deferred" | "refused" | "away"
  readonly error: string | null
}

export interface MailServer {
  readonly post: (message: Message) => Effect.Effect<Posted>
  /** Whether it can be reached and lets us in; null when it does, else why not. */
  readonly probe: Effect.Effect<string | null>
  readonly close: Effect.Effect<void>
}

/** Milliseconds: until there is a connection and a greeting; without a word; for one message in all. */
export interface Patience {
  readonly connect: number
  readonly silence: number
  readonly whole: number
}
export const PATIENCE: Patience = { connect: 5_000, silence: 10_000, whole: 20_000 }

/** Keeps up to `connections` to the server open. Repeats nothing by itself: attempts are counted elsewhere. */
export const mailServer = (url: Redacted.Redacted, connections: number, patience: Patience): MailServer => {
  const transport = createTransport({
    pool: true,
    url: Redacted.value(url),
    maxConnections: connections,
    maxRequeues: 0,
    connectionTimeout: patience.connect,
    greetingTimeout: patience.connect,
    dnsTimeout: patience.connect,
    socketTimeout: patience.silence,
    disableFileAccess: true,
    disableUrlAccess: true
  })
  const post = (message: Message): Effect.Effect<Posted> =>
    Effect.promise(() =>
      transport.sendMail({ ...message, signal: AbortSignal.timeout(patience.whole) } as never).then(
        (): Posted => ({ outcome: "sent", error: null }),
        (error: unknown): Posted => ({ outcome: outcomeOf(error), error: textOf(error) })
      )
    )
  return {
    post,
    probe: Effect.promise(() => transport.verify().then(() => null, textOf)),
    close: Effect.sync(() => transport.close())
  }
}

interface SmtpFault {
  readonly code?: string
  readonly responseCode?: number
  readonly command?: string
}

/** 421 may answer anything: the server closes. A sender or a login that is refused is our configuration's fault. */
const outcomeOf = (error: unknown): Posted["outcome"] => {
  const { code, responseCode = 0, command = "" } = (error ?? {}) as SmtpFault
  if (code === undefined) return "deferred" // something else than mail went wrong
  const isAboutMessage = (code === "EENVELOPE" || code === "EMESSAGE") && !command.startsWith("MAIL FROM")
  if (!isAboutMessage || responseCode === 421) return "away"
  // Without an answer of the server it is an address that cannot be written down.
  return responseCode >= 400 && responseCode < 500 ? "deferred" : "refused"
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
