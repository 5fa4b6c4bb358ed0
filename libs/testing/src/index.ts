export type { TestDatabase } from "./database.fresh.ts"
export { testDatabase } from "./database.fresh.ts"
export { type TestNats, testNats } from "./nats.fresh.ts"
export { startTestPostgres } from "./postgres.setup.ts"
