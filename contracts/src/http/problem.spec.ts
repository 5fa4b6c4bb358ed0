import { Schema } from "effect"
import { expect, it } from "vitest"
import { AlreadyDecided } from "../approval/approval.errors.ts"
import { InputRefused } from "../input/input.errors.ts"
import { SessionNotFound } from "../session/session.errors.ts"
import { IdempotencyKeyReused } from "./http.errors.ts"
import { problem } from "./problem.ts"

const late = new AlreadyDecided({
  approvalId: "a",
  status: "expired",
  decidedBy: null,
  decidedAt: "2026-01-01T00:00:00.000Z"
})

it.each([
  [
    new SessionNotFound({ sessionId: "s" }),
    problem(SessionNotFound, 404),
    404,
    "session-not-found",
    { sessionId: "s" }
  ],
  [new IdempotencyKeyReused({}), problem(IdempotencyKeyReused, 422), 422, "idempotency-key-reused", {}],
  [late, problem(AlreadyDecided, 409), 409, "already-decided", { state: "expired", decidedBy: null }],
  [
    new InputRefused({ issues: [{ pointer: "/a", message: "is bad" }] }),
    problem(InputRefused, 422),
    422,
    "input-refused",
    { errors: [{ pointer: "/a", message: "is bad" }] }
  ]
])("%s travels as a problem and comes back as itself", (error, schema, status, type, fields) => {
  const wire = Schema.encodeUnknownSync(schema as Schema.Codec<unknown, unknown>)(error)
  expect(wire).toMatchObject({ type: `urn:sluice:problem:${type}`, status, detail: error.message, ...fields })
  const back = Schema.decodeUnknownSync(schema as Schema.Codec<unknown, unknown>)(JSON.parse(JSON.stringify(wire)))
  expect(back).toBeInstanceOf(error.constructor)
  expect(back).toEqual(error)
})
