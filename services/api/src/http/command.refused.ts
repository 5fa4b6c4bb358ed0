import { CommandParked, CommandUnknown, ReplyMissing, TenantMismatch } from "@sluice/contracts/command/command.errors"
import { BadRequest, BodyTooLarge, MalformedBody, Overloaded, Unavailable } from "@sluice/contracts/http/http.errors"
import { PROBLEM_CONTENT_TYPE, problem } from "@sluice/contracts/http/problem"
import { Schema } from "effect"
import { HttpServerResponse } from "effect/http"

const STATUSES = {
  BadRequest: 400,
  MalformedBody: 400,
  ReplyMissing: 400,
  TenantMismatch: 403,
  CommandUnknown: 404,
  BodyTooLarge: 413,
  CommandParked: 500,
  Overloaded: 503,
  Unavailable: 503
} as const

const encode = Schema.encodeUnknownSync(
  Schema.Union([
    problem(BadRequest, STATUSES.BadRequest),
    problem(MalformedBody, STATUSES.MalformedBody),
    problem(ReplyMissing, STATUSES.ReplyMissing),
    problem(TenantMismatch, STATUSES.TenantMismatch),
    problem(CommandUnknown, STATUSES.CommandUnknown),
    problem(BodyTooLarge, STATUSES.BodyTooLarge),
    problem(CommandParked, STATUSES.CommandParked),
    problem(Overloaded, STATUSES.Overloaded),
    problem(Unavailable, STATUSES.Unavailable)
  ])
)

export type DoorRefusal =
  | BadRequest
  | MalformedBody
  | ReplyMissing
  | TenantMismatch
  | CommandUnknown
  | BodyTooLarge
  | CommandParked
  | Overloaded
  | Unavailable

/** A problem that a door itself answers with, before any handler is asked or instead of one. */
export const refused = (error: DoorRefusal): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(JSON.stringify(encode(error)), {
    status: STATUSES[error._tag],
    contentType: PROBLEM_CONTENT_TYPE
  })
