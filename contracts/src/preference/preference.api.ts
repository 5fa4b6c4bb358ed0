import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Role } from "../actor/actor.ts"
import { Auth, NeedsScope } from "../http/http.auth.ts"
import { changeProblems, readProblems } from "../http/http.conventions.ts"
import { changing, replayable, tracing, versioned } from "../http/http.headers.ts"
import { readYourWrite } from "../http/http.reads.ts"
import { SetPreferences } from "./preference.commands.ts"
import { PreferenceView } from "./preference.views.ts"

/** How one wants to be told, over HTTP; an administrator says it for a role. */

const Replayable = HttpApiSchema.WithHeaders(PreferenceView, replayable)
const Versioned = HttpApiSchema.WithHeaders(PreferenceView, versioned)
const params = { role: Role }

export class PreferenceApi extends HttpApiGroup.make("preferences")
  .add(
    HttpApiEndpoint.get("readMine", "/me/notification-preferences", {
      headers: tracing,
      query: readYourWrite,
      success: Versioned,
      error: readProblems
    })
      .annotate(NeedsScope, ["notifications:read"])
      .annotate(OpenApi.Summary, "Read how one is told"),
    HttpApiEndpoint.put("setMine", "/me/notification-preferences", {
      headers: changing,
      payload: SetPreferences,
      success: Replayable,
      error: changeProblems
    })
      .annotate(NeedsScope, ["notifications:read"])
      .annotate(OpenApi.Summary, "Say how one wants to be told"),
    HttpApiEndpoint.get("readRole", "/roles/:role/notification-preferences", {
      params,
      headers: tracing,
      query: readYourWrite,
      success: Versioned,
      error: readProblems
    })
      .annotate(NeedsScope, ["subscriptions:admin"])
      .annotate(OpenApi.Summary, "Read how a role is told"),
    HttpApiEndpoint.put("setRole", "/roles/:role/notification-preferences", {
      params,
      headers: changing,
      payload: SetPreferences,
      success: Replayable,
      error: changeProblems
    })
      .annotate(NeedsScope, ["subscriptions:admin"])
      .annotate(OpenApi.Summary, "Say how a role is told")
  )
  .middleware(Auth)
  .prefix("/v1") {}
