import type { PreferenceEvent, PreferenceSet } from "@sluice/contracts/preference/preference.events"
import { type Happened, storyteller } from "@sluice/contracts/testing/testing.given-when-then"
import { preference } from "./preference.stream.ts"

/** The words of this noun's specs. */

export const given = storyteller<typeof preference.initial, PreferenceEvent>(preference)

export const ann = { kind: "actor", id: "user/ann" } as const
export const digest = {
  owner: ann,
  email: "ann@example.com",
  mode: "digest",
  digestAt: "07:30",
  timeZone: "Europe/Vienna"
} as const

export const wasSet = (rest: Partial<typeof PreferenceSet.Type.data> = {}): Happened<PreferenceEvent> => ({
  event: { type: "preference.set", data: { ...digest, ...rest } }
})
export const unsubscribed: Happened<PreferenceEvent> = {
  event: { type: "preference.unsubscribed", data: { owner: ann } }
}
