export { loggerLayer, makePino } from "./logger.ts"
export { Counter, Gauge, Histogram, registry } from "./metrics.ts"
export { type CheckResult, makeOps, type Ops } from "./ops.ts"
export { runService, type ServiceDefinition } from "./service.ts"
