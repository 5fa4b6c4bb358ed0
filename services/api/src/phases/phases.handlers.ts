import { Api } from "@sluice/contracts/api"
import { HttpApiBuilder } from "effect/http-api"
import { listPhases } from "./phases.queries.ts"

/** `/v1/phases` */
export const phaseHandlers = HttpApiBuilder.group(Api, "phases", (handlers) =>
  handlers.handleRaw("list", ({ query }) => listPhases(query))
)
