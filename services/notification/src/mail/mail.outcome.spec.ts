import { describe, expect, it } from "vitest"
import { RETRY_SECONDS } from "../retry.schedule.ts"
import { settlementOf } from "./mail.outcome.ts"
import type { ClaimedMail } from "./mails.sql.ts"

const attempt = (number: number): ClaimedMail => ({
  tenant: "acme",
  id: "m",
  kind: "immediate",
  owner: { kind: "actor", id: "user/ann" },
  attempt: number,
  preference: { email: "ann@example.com", mode: "immediate", timeZone: "UTC" },
  total: 1,
  items: []
})

describe("a mail that failed", () => {
  it.each(["deferred", "away"] as const)("is tried again after longer and longer, then dead (%s)", (outcome) => {
    const posted = { outcome, error: "451 later" }
    const seconds = RETRY_SECONDS.map((_, index) => {
      const { status, retryMillis } = settlementOf(attempt(index + 1), posted, RETRY_SECONDS, 0)
      expect(status).toBe("pending")
      return (retryMillis ?? 0) / 1000
    })
    expect(seconds).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 36_000])
    expect(settlementOf(attempt(8), posted, RETRY_SECONDS, 0)).toEqual({
      status: "dead",
      error: "451 later",
      retryMillis: null
    })
  })

  it("comes back up to a fifth later", () => {
    const retry = (random: number) =>
      settlementOf(attempt(2), { outcome: "deferred", error: null }, RETRY_SECONDS, random).retryMillis
    expect([retry(0), retry(1)]).toEqual([300_000, 360_000])
  })

  it("is dead at once where it is refused", () =>
    expect(settlementOf(attempt(1), { outcome: "refused", error: "550 no" }, RETRY_SECONDS, 0).status).toBe("dead"))
})
