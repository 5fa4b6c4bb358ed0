import { Effect, type Layer, Scope } from "effect"
import { makeApp, type ServerAddress, serveApp } from "./http/http.server.ts"
import { type DoorSettings, serveNats } from "./nats/nats.doors.ts"

/**
 * Serves routes over HTTP, and their commands over NATS, until the scope closes: then all doors drain side by side, within ten
 * seconds. Succeeds with `http://host:port`, whether or not the broker is there.
 */
export const serveDoors = <E, R>(
  routes: Layer.Layer<never, E, R>,
  address: ServerAddress,
  settings: DoorSettings = {}
) =>
  Effect.gen(function* () {
    const app = yield* makeApp(routes)
    const doors = yield* Scope.fork(yield* Effect.scope, "parallel")
    yield* serveNats(app, settings).pipe(Scope.provide(doors))
    return yield* serveApp(app, address).pipe(Scope.provide(yield* Scope.fork(doors)))
  })
