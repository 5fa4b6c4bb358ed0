import type { Audience } from "@sluice/contracts/notification/notification.views"
import type { PreferenceView } from "@sluice/contracts/preference/preference.views"
import { defaults, type PreferenceState } from "./preference.state.ts"

/** The owner's preferences as they are read: where nothing was ever set the defaults, at version 0. */
export const view = (owner: Audience, state: PreferenceState): PreferenceView => {
  if (state.status === "none") return { owner, ...defaults, version: 0, updatedAt: null }
  const { email, mode, digestAt, timeZone, version, updatedAt } = state
  return { owner, email, mode, digestAt, timeZone, version, updatedAt }
}
