import { Postgres } from "@sluice/postgres"
import { testDatabase } from "@sluice/testing"
import { Layer, Redacted } from "effect"
import { postgresStoreLayer } from "./postgres-store.ts"
import { storeConformance } from "./testing/store.conformance.ts"

const database = await testDatabase()
const postgres = Postgres.layer({ url: Redacted.make(database.adminUrl), applicationName: "spec" })

storeConformance(postgresStoreLayer.pipe(Layer.provide(postgres)))
