import { asyncApi } from "@sluice/contracts/asyncapi/asyncapi.document"
import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { eventsPage, pageHeaders } from "./docs.page.ts"

/** The AsyncAPI document, for machines and for people. Both are made when somebody first wants to see them, and kept. */
export const docsRoutes = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const json = yield* Effect.cached(Effect.sync(() => new TextEncoder().encode(JSON.stringify(asyncApi()))))
    const page = yield* Effect.cached(Effect.sync(() => new TextEncoder().encode(eventsPage(asyncApi()))))
    yield* router.add(
      "GET",
      "/asyncapi.json",
      Effect.map(json, (bytes) => HttpServerResponse.uint8Array(bytes, { contentType: "application/json" }))
    )
    yield* router.add(
      "GET",
      "/docs/events",
      Effect.map(page, (bytes) =>
        HttpServerResponse.uint8Array(bytes, { contentType: "text/html; charset=utf-8", headers: pageHeaders })
      )
    )
  })
)
