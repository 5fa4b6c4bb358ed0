import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream"
import { type NatsConnection, nkeyAuthenticator } from "@nats-io/nats-core"
import { connect } from "@nats-io/transport-node"
import { Context, Deferred, Effect, Layer, Redacted, type Scope } from "effect"
import { BrokerError } from "./broker-error.ts"

export interface NatsOptions {
  /** One or several servers, separated by commas. */
  readonly url: string
  /** Shown in the broker's connection list. */
  readonly name: string
  /** Seed (`SU…`) of the nkey to connect with; without one the connection names no user. */
  readonly nkey?: Redacted.Redacted | undefined
}

/** Milliseconds between two attempts to reach the broker, and how long a request waits for its answer. */
const RECONNECT_WAIT = 200
const REQUEST_TIMEOUT = 3_000
/** Each refusal is logged once, as long as there are few. */
const MAX_REFUSALS = 50

/**
 * One connection to NATS that is made in the background and comes back by itself, for ever. A service starts while the
 * broker is away: `request` then fails at once with `BrokerError`, `connection` waits. Loss and return are logged once.
 */
export class Nats extends Context.Service<
  Nats,
  {
    /** Waits for the first connection. It stays the same object through losses and returns. */
    readonly connection: Effect.Effect<NatsConnection>
    readonly isConnected: () => boolean
    /** How often a connection has been made: another number than before means that the broker was away in between. */
    readonly connects: () => number
    /** Calls back whenever the connection is lost. Answers how to stop that. */
    readonly onLoss: (callback: () => void) => () => void
    /** One exchange with JetStream's API, refused at once while the broker is away. */
    readonly request: <A>(run: (manager: JetStreamManager) => Promise<A>) => Effect.Effect<A, BrokerError>
    /** Core NATS, fire and forget: nothing happens while the broker is away. */
    readonly wake: (subject: string) => void
    /** Calls back on every message to a core subject while the scope lives, also after losses. */
    readonly onWake: (subject: string, callback: () => void) => Effect.Effect<void, never, Scope.Scope>
  }
>()("sluice/Nats") {
  static readonly layer = (options: NatsOptions) => Layer.effect(Nats, acquire(options))
}

const acquire = Effect.fnUntraced(function* (options: NatsOptions) {
  const context = yield* Effect.context<never>()
  const server = options.url.replaceAll(/\/\/[^@/]*@/g, "//")
  const log = (message: string, reason?: string) =>
    Effect.runForkWith(context)(Effect.logInfo(message, { server, ...(reason === undefined ? {} : { reason }) }))
  const first = yield* Deferred.make<{ readonly nc: NatsConnection; readonly manager: JetStreamManager }>()
  const losses = new Set<() => void>()
  const refusals = new Set<string>()
  const isNews = (refusal: string): boolean =>
    refusals.size < MAX_REFUSALS && !refusals.has(refusal) && refusals.add(refusal) !== undefined
  let live: NatsConnection | undefined
  let connected = false
  let connects = 0

  const watch = async (nc: NatsConnection): Promise<void> => {
    for await (const status of nc.status()) {
      if (status.type === "disconnect" && connected) {
        connected = false
        for (const callback of losses) callback()
        log("The broker is away")
      } else if (status.type === "reconnect") {
        connected = true
        connects += 1
        log("The broker is back")
      } else if (status.type === "error" && isNews(status.error.message)) {
        log("The broker refused something", status.error.message)
      }
    }
  }

  const open = Effect.gen(function* () {
    const settings = {
      servers: options.url.split(","),
      name: options.name,
      timeout: REQUEST_TIMEOUT,
      reconnect: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_WAIT,
      waitOnFirstConnect: false,
      pingInterval: 5_000,
      maxPingOut: 2,
      // While the broker's configuration changes it may not know us for a moment.
      ignoreAuthErrorAbort: true,
      ...(options.nkey && { authenticator: nkeyAuthenticator(new TextEncoder().encode(Redacted.value(options.nkey))) })
    }
    let complained = false
    while (true) {
      const result = yield* Effect.result(Effect.tryPromise({ try: () => connect(settings), catch: BrokerError.from }))
      if (result._tag === "Success") return result.success
      if (!complained) log("The broker is away", result.failure.message)
      complained = true
      yield* Effect.sleep(RECONNECT_WAIT)
    }
  })

  const close = (nc: NatsConnection) =>
    Effect.promise(async () => {
      losses.clear()
      connected = false
      await nc.flush().catch(() => {})
      await nc.close()
    }).pipe(Effect.timeoutOption("2 seconds"))

  yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const nc = yield* restore(open)
      connected = true
      connects = 1
      void watch(nc)
      return yield* restore(
        Effect.gen(function* () {
          const manager = yield* Effect.promise(() =>
            jetstreamManager(nc, { checkAPI: false, timeout: REQUEST_TIMEOUT })
          )
          live = nc
          yield* Deferred.succeed(first, { nc, manager })
          return yield* Effect.never
        })
      ).pipe(Effect.ensuring(close(nc)))
    })
  ).pipe(Effect.forkScoped)

  const connection = Effect.map(Deferred.await(first), ({ nc }) => nc)

  const request = <A>(run: (manager: JetStreamManager) => Promise<A>): Effect.Effect<A, BrokerError> =>
    Effect.suspend(() =>
      connected
        ? Effect.flatMap(Deferred.await(first), ({ manager }) =>
            Effect.tryPromise({ try: () => run(manager), catch: BrokerError.from })
          )
        : Effect.fail(BrokerError.away())
    )

  return Nats.of({
    connection,
    isConnected: () => connected,
    connects: () => connects,
    onLoss: (callback) => {
      losses.add(callback)
      return () => void losses.delete(callback)
    },
    request,
    wake: (subject) => {
      if (connected) live?.publish(subject)
    },
    onWake: (subject, callback) =>
      connection.pipe(
        Effect.flatMap((nc) =>
          Effect.acquireRelease(
            Effect.sync(() => nc.subscribe(subject, { callback: () => callback() })),
            (subscription) => Effect.sync(() => subscription.unsubscribe())
          )
        ),
        Effect.forkScoped,
        Effect.asVoid
      )
  })
})
