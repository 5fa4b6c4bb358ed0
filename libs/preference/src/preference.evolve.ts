import type { Fact } from "@sluice/contracts/event/event.envelope"
import type { PreferenceEvent } from "@sluice/contracts/preference/preference.events"
import type { PreferenceState } from "./preference.state.ts"

/** The state after one more fact. Total: to unsubscribe before anything was set leaves nothing set. */
export const evolve = (state: PreferenceState, fact: Fact<PreferenceEvent>): PreferenceState => {
  const { version, recordedAt: updatedAt } = fact
  switch (fact.type) {
    case "preference.set": {
      const { owner, email, mode, digestAt, timeZone } = fact.data
      const createdAt = state.status === "none" ? updatedAt : state.createdAt
      return { status: "set", owner, email, mode, digestAt, timeZone, version, createdAt, updatedAt }
    }
    case "preference.unsubscribed":
      return state.status === "none" ? state : { ...state, mode: "off", version, updatedAt }
  }
}
