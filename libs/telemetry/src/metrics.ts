import { collectDefaultMetrics, Registry } from "prom-client"

export { Counter, Gauge, Histogram } from "prom-client"

/** Every metric of this process. Default ones (CPU, memory, event-loop lag, GC) keep prom-client's names. */
export const registry = new Registry()

collectDefaultMetrics({ register: registry })
