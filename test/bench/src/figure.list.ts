import type { Figure } from "./figure.ts"
import { bus } from "./figures/bus.bench.ts"
import { relay } from "./figures/relay.bench.ts"
import { relaySnapshot } from "./figures/relay-snapshot.bench.ts"

/** Every figure, in the order of the table. */
export const figures: ReadonlyArray<Figure> = [bus, relay, relaySnapshot]
