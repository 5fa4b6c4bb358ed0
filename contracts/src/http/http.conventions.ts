import { HttpApiMiddleware } from "effect/http-api"
import { InputRefused } from "../input/input.errors.ts"
import {
  BadRequest,
  BodyTooLarge,
  IdempotencyKeyReused,
  InternalError,
  MalformedBody,
  NotYetVisible,
  Overloaded,
  PreconditionFailed,
  RaceLost,
  UnsupportedMediaType
} from "./http.errors.ts"
import { problem } from "./problem.ts"

/** Refuses faults in path, query and headers as a problem; on every endpoint. */
export class Conventions extends HttpApiMiddleware.Service<Conventions>()("sluice/http/Conventions", {
  error: [problem(BadRequest, 400), problem(InternalError, 500)]
}) {}

/** How any command may be refused, beside the refusals of its noun. */
export const commandProblems = [
  problem(MalformedBody, 400),
  problem(BodyTooLarge, 413),
  problem(UnsupportedMediaType, 415),
  problem(InputRefused, 422),
  problem(IdempotencyKeyReused, 422),
  problem(RaceLost, 409),
  problem(Overloaded, 503)
] as const

/** How a command on a resource that exists may be refused in addition. */
export const changeProblems = [...commandProblems, problem(PreconditionFailed, 412)] as const

export const readProblems = [problem(NotYetVisible, 503)] as const
