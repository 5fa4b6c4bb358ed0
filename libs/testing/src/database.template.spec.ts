import { expect, it } from "vitest"
import { testDatabase } from "./database.fresh.ts"
import { ensureTemplate, onServer } from "./database.template.ts"
import { serverVariable } from "./postgres.setup.ts"

const serverUrl = process.env[serverVariable] as string

const templateId = (name: string): Promise<unknown> =>
  onServer(serverUrl, async (sql) => {
    const [row] = await sql`select oid::text, datistemplate as done from pg_database where datname = ${name}`
    return row
  })

it("is made once, also when several ask at the same time", async () => {
  const names = await Promise.all([ensureTemplate(serverUrl), ensureTemplate(serverUrl), ensureTemplate(serverUrl)])
  expect(new Set(names).size).toBe(1)
  const before = await templateId(names[0])
  await testDatabase()
  expect(await templateId(names[0])).toEqual(before)
  expect(before).toMatchObject({ done: true })
})
