/** What /readyz says of the relay. */
export type RelayPhase = "standby" | "starting" | "publishing" | "repairing" | "waiting" | "halted"

/** Where this instance is, and why it does not publish. A standby is healthy. */
export interface RelayHealth {
  phase: RelayPhase
  reason: string | undefined
}

export const makeHealth = (): RelayHealth => ({ phase: "standby", reason: undefined })

export const isHealthy = (health: RelayHealth): boolean => health.phase !== "waiting" && health.phase !== "halted"

export const isPublishing = (health: RelayHealth): boolean =>
  health.phase === "publishing" || health.phase === "repairing"
