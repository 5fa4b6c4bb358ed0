import { assert, it } from "@effect/vitest"
import { testDatabase } from "@sluice/testing"
import { Effect, Schema } from "effect"
import postgres from "postgres"
import { afterAll } from "vitest"
import { jsonbOrder } from "./jsonb-order.ts"

const database = await testDatabase()
const sql = postgres(database.adminUrl, { max: 1 })
afterAll(() => sql.end())

const Text = Schema.String.check(Schema.isPattern(/^[a-zé€\u{1F600}\-_.A-Z]{0,6}$/u))
const Leaf = Schema.Union([Text, Schema.Int, Schema.Boolean, Schema.Null])
const Inner = Schema.Record(Text, Leaf)
const Data = Schema.Record(Text, Schema.Union([Leaf, Inner, Schema.Array(Inner)]))

it.effect.prop("puts keys in the order in which Postgres gives them back", { data: Data }, ({ data }) =>
  Effect.promise(async () => {
    const [row] = await sql<{ data: never }[]>`select ${sql.json(data as never)}::jsonb as data`
    assert.strictEqual(JSON.stringify(jsonbOrder(data)), JSON.stringify(row?.data))
  })
)
