import { memoryStoreLayer } from "./memory-store.ts"
import { storeConformance } from "./testing/store.conformance.ts"

storeConformance(memoryStoreLayer)
