import declaredConsumers from "./consumers.json" with { type: "json" }
import declaredStreams from "./streams.json" with { type: "json" }

/** Streams and durables as data; `@sluice/messaging` makes them from there. */
export { declaredConsumers, declaredStreams }
