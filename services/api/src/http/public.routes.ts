import { Api } from "@sluice/contracts/api"
import type { Ops } from "@sluice/telemetry/ops"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiScalar } from "effect/http-api"

/** What anybody may see: the documentation (with nothing loaded from elsewhere), and what operators look at. */
export const publicRoutes = (ops: Pick<Ops, "handle">) =>
  Layer.mergeAll(
    HttpApiScalar.layer(Api, { path: "/docs", scalar: { withDefaultFonts: false } }),
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
