import { Cause, Context, Layer, Logger, References, Tracer } from "effect"
import pino from "pino"

const LEVELS = {
  Trace: "trace",
  Debug: "debug",
  Info: "info",
  Warn: "warn",
  Error: "error",
  Fatal: "fatal"
} as const

const EFFECT_LEVELS = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error",
  fatal: "Fatal"
} as const
export type PinoLevel = keyof typeof EFFECT_LEVELS

/** Fields that are never printed, be they in a log line, in an object in it or in one in that. */
const SECRETS = ["authorization", "token", "password", "secret", "DATABASE_URL"]

/** One JSON line per entry, on stdout unless told: time (RFC 3339), level, service, instance, trace_id, msg and the fields given. */
export const makePino = (
  service: string,
  instance: string,
  level: PinoLevel,
  destination: pino.DestinationStream = pino.destination({ fd: 1, sync: true })
): pino.Logger =>
  pino(
    {
      level,
      base: { service, instance },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
    },
    destination
  )

/** Makes pino the only logger of Effect. Objects passed to `Effect.log…` become fields; annotations and span ids too. */
export const loggerLayer = (root: pino.Logger) =>
  Layer.merge(
    Logger.layer([
      Logger.make<unknown, void>(({ message, logLevel, cause, fiber }) => {
        if (logLevel === "None" || logLevel === "All") return
        const fields: Record<string, unknown> = { ...fiber.getRef(References.CurrentLogAnnotations) }
        const span = Context.getOrUndefined(fiber.context, Tracer.ParentSpan)
        if (span !== undefined) fields.trace_id = span.traceId
        if (cause.reasons.length > 0) fields.err = Cause.squash(cause)
        const text: Array<string> = []
        for (const part of Array.isArray(message) ? message : [message]) {
          if (part instanceof Error) fields.err = part
          else if (typeof part === "object" && part !== null) Object.assign(fields, part)
          else text.push(String(part))
        }
        root[LEVELS[logLevel]](fields, text.join(" "))
      })
    ]),
    Layer.succeed(References.MinimumLogLevel, EFFECT_LEVELS[root.level as PinoLevel])
  )
