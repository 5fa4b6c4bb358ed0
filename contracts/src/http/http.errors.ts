import { Schema } from "effect"
import { InputIssue } from "../input/input.errors.ts"

/** Why a request is refused, whatever noun it is about. The statuses are given in `http.conventions`. */

/** No token, or not a good one. */
export class Unauthenticated extends Schema.TaggedError<Unauthenticated>()("Unauthenticated", {
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

export class ScopeMissing extends Schema.TaggedError<ScopeMissing>()("ScopeMissing", {
  /** One of these is needed. */
  scopes: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `The token lacks the scope ${this.scopes.join(" or ")}`
  }
}

/** A fault in path, query or headers; a pointer starts with `/path`, `/query` or `/headers`. */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", { issues: Schema.Array(InputIssue) }) {
  override get message(): string {
    return this.issues.map(({ pointer, message }) => `${pointer} ${message}`).join("; ")
  }
}

/** The body is no JSON at all. */
export class MalformedBody extends Schema.TaggedError<MalformedBody>()("MalformedBody", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }
}

export class UnsupportedMediaType extends Schema.TaggedError<UnsupportedMediaType>()("UnsupportedMediaType", {
  supported: Schema.String
}) {
  override get message(): string {
    return `The body must be ${this.supported}`
  }
}

export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", { maximum: Schema.Int }) {
  override get message(): string {
    return `The body may have ${this.maximum} bytes at most`
  }
}

/** `If-Match` names another version than the resource has. */
export class PreconditionFailed extends Schema.TaggedError<PreconditionFailed>()("PreconditionFailed", {
  version: Schema.Int
}) {
  override get message(): string {
    return `The resource is at version ${this.version}`
  }
}

/** The `Idempotency-Key` was used for another request before. */
export class IdempotencyKeyReused extends Schema.TaggedError<IdempotencyKeyReused>()("IdempotencyKeyReused", {}) {
  override get message(): string {
    return "This Idempotency-Key was used for another request before"
  }
}

/** Others changed the resource again and again meanwhile. */
export class RaceLost extends Schema.TaggedError<RaceLost>()("RaceLost", {}) {
  override get message(): string {
    return "Others changed the resource at the same time; nothing was done"
  }
}

export class RouteNotFound extends Schema.TaggedError<RouteNotFound>()("RouteNotFound", {}) {
  override get message(): string {
    return "There is nothing under this path; /openapi.json lists what there is"
  }
}

export class MethodNotAllowed extends Schema.TaggedError<MethodNotAllowed>()("MethodNotAllowed", {
  allowed: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `Only ${this.allowed.join(", ")} can be used here`
  }
}

/** Too many commands wait already; nothing was done. */
export class Overloaded extends Schema.TaggedError<Overloaded>()("Overloaded", {}) {
  override get message(): string {
    return "Too much to do at the moment; nothing was done"
  }
}

/** Something the answer needs is away. A command may have been done; repeated under its `Idempotency-Key` it is done once. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", { what: Schema.String }) {
  override get message(): string {
    return `${this.what} cannot be reached just now`
  }
}

/** The read model has not reached `minVersion` within `wait`. */
export class NotYetVisible extends Schema.TaggedError<NotYetVisible>()("NotYetVisible", {
  version: Schema.Int,
  minVersion: Schema.Int
}) {
  override get message(): string {
    return `Version ${this.minVersion} cannot be read yet; version ${this.version} can`
  }
}

/** A fault of ours; the log has it under the answer's `X-Trace-Id`. */
export class InternalError extends Schema.TaggedError<InternalError>()("InternalError", {}) {
  override get message(): string {
    return "Something went wrong here"
  }
}
