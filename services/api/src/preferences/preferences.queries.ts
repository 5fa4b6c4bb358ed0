import { Caller } from "@sluice/contracts/http/http.auth"
import { NotYetVisible } from "@sluice/contracts/http/http.errors"
import type { Audience } from "@sluice/contracts/notification/notification.views"
import { preferenceId } from "@sluice/contracts/preference/preference.ids"
import type { PreferenceView } from "@sluice/contracts/preference/preference.views"
import { preference, view } from "@sluice/preference"
import { Effect } from "effect"
import { found } from "../http/answers.ts"
import { ask } from "../http/read.query.ts"
import { readAtLeast } from "../http/read.version.ts"

/** How an owner is told; everybody has the defaults, at version 0, before anything was set. */
export const readPreferences = (owner: Audience, query: { readonly minVersion?: number; readonly wait?: string }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const row = yield* readAtLeast({
      query,
      look: ask<PreferenceView | null>(
        (sql) => sql`select sluice.read_preferences(${tenant}, ${preferenceId(owner)}) as answer`
      ).pipe(Effect.map((known) => known ?? view(owner, preference.initial))),
      exists: Effect.succeed(true),
      notFound: () => new NotYetVisible({ version: 0, minVersion: query.minVersion ?? 0 })
    })
    return found(row, row.version)
  })
