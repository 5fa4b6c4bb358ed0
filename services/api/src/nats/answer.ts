import { Context, Effect, type Scope } from "effect"
import { HttpEffect, HttpMiddleware, HttpServerRequest, type HttpServerResponse } from "effect/http"
import type { GivenBody } from "../http/body.given.ts"
import { AddressedTenant, LeastKeyTtl } from "../http/command.door.ts"
import { refused } from "../http/command.refused.ts"
import { traceOf } from "../http/trace.ts"
import { type CommandMessage, headersOf, requestOf } from "./command.request.ts"

/** What a command came to, as HTTP would say it. */
export interface Answer {
  readonly status: number
  /** In lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/** Answers a command's message. Never fails: whatever happens is an answer. */
export type Answering = (message: CommandMessage, options?: { readonly keyTtl?: number }) => Effect.Effect<Answer>

const NOTHING = new Uint8Array(0)

const answerOf = ({ status, headers, body }: HttpServerResponse.HttpServerResponse): Answer => ({
  status,
  headers,
  body: body._tag === "Uint8Array" ? body.body : NOTHING
})

/** An answer that no handler gave. */
export const refusal = (error: Parameters<typeof refused>[0], message?: CommandMessage): Answer => {
  const answer = answerOf(refused(error))
  const headers = message === undefined ? {} : headersOf(message)
  const { id } = traceOf(headers instanceof Error ? {} : headers)
  const again = answer.status === 503 ? { "retry-after": "1" } : {}
  return { ...answer, headers: { ...answer.headers, ...again, "x-trace-id": id } }
}

/**
 * The app that serves HTTP, for messages: each becomes the request that it would be there, so checks, refusals, keys, metrics and
 * logs are the same because they are the same code.
 */
export const makeAnswering = <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.contextWith((services: Context.Context<Exclude<R, HttpServerRequest.HttpServerRequest | Scope.Scope>>) => {
    const answers = new WeakMap<object, HttpServerResponse.HttpServerResponse>()
    const handled = HttpEffect.toHandled(app, ({ source }, response) =>
      Effect.sync(() => void answers.set(source, response))
    )
    const untraced = Context.add(services, HttpMiddleware.TracerDisabledWhen, () => true)
    const taken = (source: GivenBody): Answer => {
      const response = answers.get(source)
      return response === undefined ? { status: 500, headers: {}, body: NOTHING } : answerOf(response)
    }
    const answering: Answering = (message, { keyTtl = 0 } = {}) =>
      Effect.suspend(() => {
        const request = requestOf(message)
        if ("_tag" in request) return Effect.succeed(refusal(request, message))
        const { source, tenant } = request
        const context = untraced.pipe(
          Context.add(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(source as unknown as Request)),
          Context.add(AddressedTenant, tenant),
          Context.add(LeastKeyTtl, keyTtl)
        )
        return Effect.map(Effect.provideContext(handled as Effect.Effect<void>, context), () => taken(source))
      })
    return Effect.succeed(answering)
  })
