export { DbError } from "./db-error.ts"
export { requireDurable, UnfitServer } from "./durability.ts"
export { makePool, type Pool, Postgres, type PostgresOptions, type Sql } from "./postgres.service.ts"
