import type { Figure } from "./figure.ts"
import { appendAtSize } from "./figures/append-at-size.bench.ts"
import { billing } from "./figures/billing.bench.ts"
import { bus } from "./figures/bus.bench.ts"
import { delivery } from "./figures/delivery.bench.ts"
import { endToEnd } from "./figures/end-to-end.bench.ts"
import { http } from "./figures/http.bench.ts"
import { longRun } from "./figures/long-run.bench.ts"
import { longStream } from "./figures/long-stream.bench.ts"
import { nats } from "./figures/nats.bench.ts"
import { projector } from "./figures/projector.bench.ts"
import { relay } from "./figures/relay.bench.ts"
import { relaySnapshot } from "./figures/relay-snapshot.bench.ts"
import { sse } from "./figures/sse.bench.ts"
import { sustained } from "./figures/sustained.bench.ts"
import { usageQuery } from "./figures/usage-query.bench.ts"
import { webhookIsolation } from "./figures/webhook-isolation.bench.ts"
import { webhookLatency } from "./figures/webhook-latency.bench.ts"

/** Every figure, in the order of the table. */
export const figures: ReadonlyArray<Figure> = [
  bus,
  http,
  nats,
  sustained,
  relay,
  projector,
  billing,
  usageQuery,
  endToEnd,
  appendAtSize,
  longStream,
  longRun,
  delivery,
  webhookLatency,
  webhookIsolation,
  sse,
  relaySnapshot
]
