import { expect } from "vitest"
import type { Answer } from "./api.running.ts"

/** The answer is a problem (RFC 9457) of this status and type. */
export const expectProblem = (answer: Answer, status: number, type: string, fields: Record<string, unknown> = {}) => {
  expect(answer.headers["content-type"]).toBe("application/problem+json")
  expect(answer).toMatchObject({
    status,
    body: {
      type: `urn:sluice:problem:${type}`,
      status,
      title: expect.any(String),
      detail: expect.any(String),
      ...fields
    }
  })
  expect(answer.headers["x-trace-id"]).toMatch(/^[0-9a-f]{32}$/)
}

/** Pointers of the faults that a problem lists. */
export const pointers = (answer: Answer): ReadonlyArray<string> =>
  answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)
