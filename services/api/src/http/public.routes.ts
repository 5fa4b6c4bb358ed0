import { Api } from "@sluice/contracts/api"
import type { Ops } from "@sluice/telemetry/ops"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiScalar } from "effect/http-api"
import { docsRoutes } from "../docs/docs.routes.ts"

/** What anybody may see: the documentation, and what operators look at. */
export const publicRoutes = (ops: Pick<Ops, "handle">) =>
  Layer.mergeAll(
    docs,
    docsRoutes,
    ...(["/healthz", "/readyz", "/metrics"] as const).map((path) =>
      HttpRouter.add(
        "GET",
        path,
        Effect.promise(async () => {
          const answer = await ops.handle(path)
          if (answer === undefined) throw new Error(`${path} is not served`)
          return HttpServerResponse.text(answer.body, { status: answer.status, contentType: answer.contentType })
        })
      )
    )
  )

/** A page that loads nothing from elsewhere. It takes some 15 MB, so it is made when somebody wants to see it. */
const docs = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const page = HttpApiScalar.layer(Api, { path: "/docs", scalar: { withDefaultFonts: false } })
    const made = yield* Effect.cached(Effect.scoped(HttpRouter.toHttpEffect(page)))
    yield* router.add("GET", "/docs", Effect.flatten(made))
  })
)
