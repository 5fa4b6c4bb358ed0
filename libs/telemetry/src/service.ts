import { hostname } from "node:os"
import { type ConfigError, readConfig, serviceFields } from "@sluice/config"
import { Cause, Effect, Exit, Fiber, type Schema, type Scope } from "effect"
import { loggerLayer, makePino, type PinoLevel } from "./logger.ts"
import { makeOps, type Ops } from "./ops.ts"

type Fields = Schema.Struct.Fields
type CommonConfig = Omit<Schema.Struct<typeof serviceFields>["Type"], "INSTANCE_ID"> & { readonly INSTANCE_ID: string }
type ServiceConfig<F extends Fields> = Schema.Struct<F>["Type"] & CommonConfig

export interface ServiceDefinition<F extends Fields, E> {
  readonly name: string
  /** Variables beside those that every service reads. */
  readonly fields: F
  /** Runs until it is interrupted; its scope is closed before the process ends. */
  readonly run: (config: ServiceConfig<F>, ops: Ops) => Effect.Effect<unknown, E, Scope.Scope>
}

/**
 * The main function of every service: reads the configuration (exit 1, naming every bad variable), logs as JSON, runs
 * until SIGTERM or SIGINT, then drains and exits 0. A failure of `run` is logged and exits 1: what starts processes
 * starts it again.
 */
export const runService = <F extends Fields, E>(definition: ServiceDefinition<F, E>): void => {
  const instance = process.env.INSTANCE_ID?.trim() || `${hostname()}-${process.pid}`
  const level = process.env.LOG_LEVEL ?? "info"
  const log = makePino(definition.name, instance, isLevel(level) ? level : "info")

  const main = Effect.gen(function* () {
    const common = { ...(yield* readServiceConfig(definition.fields)), INSTANCE_ID: instance }
    const ops = makeOps(log, { host: common.HTTP_HOST, port: common.HTTP_PORT })
    yield* Effect.scoped(definition.run(common, ops))
  }).pipe(Effect.provide(loggerLayer(log)))

  const fiber = Effect.runFork(main)
  const stop = (signal: string) => {
    log.info({ signal }, "stopping")
    Effect.runFork(Fiber.interrupt(fiber))
  }
  process.once("SIGTERM", stop)
  process.once("SIGINT", stop)
  process.on("unhandledRejection", (err) => {
    log.fatal({ err }, "unhandled rejection")
    process.exit(1)
  })
  fiber.addObserver((exit) => {
    if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) {
      log.info("stopped")
      process.exit(0)
    }
    const err = Cause.squash(exit.cause)
    log.fatal({ err }, err instanceof Error ? err.message : String(err))
    process.exit(1)
  })
}

/** The service's own variables and the common ones, all faults together. TypeScript cannot see through the merged struct. */
const readServiceConfig = <F extends Fields>(fields: F) =>
  readConfig({ ...serviceFields, ...fields }) as unknown as Effect.Effect<ServiceConfig<F>, ConfigError>

const isLevel = (level: string): level is PinoLevel =>
  ["trace", "debug", "info", "warn", "error", "fatal"].includes(level)
