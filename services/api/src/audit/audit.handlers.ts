import { Api } from "@sluice/contracts/api"
import { HttpApiBuilder } from "effect/http-api"
import { listAudit } from "./audit.queries.ts"

/** `/v1/audit` */
export const auditHandlers = HttpApiBuilder.group(Api, "audit", (handlers) =>
  handlers.handleRaw("list", ({ query }) => listAudit(query))
)
