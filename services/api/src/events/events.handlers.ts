import { Api } from "@sluice/contracts/api"
import { HttpApiBuilder } from "effect/http-api"
import { listEvents } from "./events.page.ts"
import { streamEvents } from "./events.stream.ts"

/** `/v1/events` */
export const eventHandlers = HttpApiBuilder.group(Api, "events", (handlers) =>
  handlers
    .handleRaw("list", ({ query, headers }) => listEvents(query, headers["if-none-match"]))
    .handleRaw("stream", ({ request, headers, query }) => streamEvents({ request, headers, query }))
)
