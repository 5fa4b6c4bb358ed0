import type { Audience } from "@sluice/contracts/notification/notification.views"
import type { SetPreferences } from "@sluice/contracts/preference/preference.commands"
import type { PreferenceEvent } from "@sluice/contracts/preference/preference.events"
import { Result } from "effect"
import { defaults, type PreferenceState } from "./preference.state.ts"

/** One function per command; none of them refuses. No events: it is so already. */
export type PreferenceDecision = Result.Result<ReadonlyArray<PreferenceEvent>, never>

/** Replaces the owner's preferences; what the body leaves out becomes the default. Who may say so is the door's to know. */
export const set = (
  state: PreferenceState,
  body: SetPreferences & { readonly owner: Audience }
): PreferenceDecision => {
  const { owner, mode, email = defaults.email, digestAt = defaults.digestAt, timeZone = defaults.timeZone } = body
  const same =
    state.status === "set" &&
    state.email === email &&
    state.mode === mode &&
    state.digestAt === digestAt &&
    state.timeZone === timeZone
  return Result.succeed(same ? [] : [{ type: "preference.set", data: { owner, email, mode, digestAt, timeZone } }])
}

/** By the link in an e-mail. The address stays, so that switching on again needs no typing. */
export const unsubscribe = (state: PreferenceState): PreferenceDecision =>
  Result.succeed(
    state.status === "none" || state.mode === "off"
      ? []
      : [{ type: "preference.unsubscribed", data: { owner: state.owner } }]
  )
