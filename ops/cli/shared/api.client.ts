import { Api } from "@sluice/contracts/api"
import { Auth } from "@sluice/contracts/http/http.auth"
import { Effect, Layer } from "effect"
import { FetchHttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient, HttpApiMiddleware } from "effect/http-api"

/** Where the API is, and as whom we speak. */
export interface Access {
  readonly url: string
  readonly token: string
}

/** A client of the API, derived from the contract: what is refused comes back as the contract's own errors. */
export const makeClient = ({ url, token }: Access) =>
  HttpApiClient.make(Api, { baseUrl: url }).pipe(
    Effect.provide(
      Layer.merge(
        FetchHttpClient.layer,
        HttpApiMiddleware.layerClient(Auth, ({ next, request }) => next(HttpClientRequest.bearerToken(request, token)))
      )
    )
  )

export type Client = Effect.Success<ReturnType<typeof makeClient>>
