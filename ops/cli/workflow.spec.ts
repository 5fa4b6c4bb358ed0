import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { testDatabase, testNats } from "@sluice/testing"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { scratchFolder } from "../dev/scratch.spec-support.ts"

const dataDir = scratchFolder(afterAll)
const stateFile = join(dataDir, "stack.json")
vi.stubEnv("SLUICE_STACK", stateFile)
vi.stubEnv("DATABASE_URL", "")
const { sluice } = await import("./cli.spec-support.ts")
const { startStack } = await import("../dev/stack.ts")

const fileOf = (name: string, text: string): string => {
  const file = join(dataDir, name)
  writeFileSync(file, text)
  return file
}
const good = `name: Release plan
description: From plan to production
phases:
  - id: plan
    name: Plan
    order: 1
    checkpoint: true
    gate: [{ type: tasks-complete }]
    tasks: [{ key: A1, title: Write it down }]
  - id: build
    name: Build
    order: 2
    signoff: { required: [{ roles: [cto, ceo], count: 1 }] }
`

describe("workflow check, where no stack runs", () => {
  it("says what is in a good file", async () => {
    const file = fileOf("good.yaml", good)
    expect(await sluice("workflow", "check", file)).toEqual({
      code: 0,
      out: `${file} is good: Release plan, phases 2, tasks 1`,
      err: ""
    })
    const { out } = await sluice("workflow", "check", file, "--json")
    expect(JSON.parse(out)).toEqual({ valid: true, name: "Release plan", phases: 2, tasks: 1, notCarried: [] })
  })

  it("says everything that is wrong with a bad one, as editors understand it", async () => {
    const file = fileOf("bad.yaml", good.replace("order: 2", "order: 1").replace("Write it down", "T, dependsOn: [B1]"))
    const expected = [
      [9, 46, "/phases/0/tasks/0/dependsOn/0", "names the unknown task B1"],
      [12, 5, "/phases/1/order", "is the order of plan too: 1"]
    ] as const
    expect(await sluice("workflow", "check", file)).toEqual({
      code: 1,
      out: expected.map(([line, column, ...rest]) => `${file}:${line}:${column} ${rest.join(" ")}`).join("\n"),
      err: ""
    })
    const { code, out } = await sluice("workflow", "check", file, "--json")
    expect([code, JSON.parse(out)]).toEqual([
      1,
      { valid: false, errors: expected.map(([line, column, pointer, message]) => ({ pointer, message, line, column })) }
    ])
  })

  it("reads JSON where the name says so, and the shape of others where told", async () => {
    const json = fileOf("bad.json", '{"name": "w",\n "phases": []}')
    expect((await sluice("workflow", "check", json)).out).toContain(`${json}:2:2 /phases `)
    const other = fileOf(
      "other.yaml",
      "name: w\nboard_columns: []\nphases:\n  - { id: a, name: A, sequence_order: 1 }\n  - { id: PHASE_BLOCKED, name: B, sequence_order: 2 }\n"
    )
    const { code, out } = await sluice("workflow", "check", other, "--import", "omoi")
    expect(code).toBe(0)
    expect(out).toMatch(
      /^board_columns is not carried over.*\nPHASE_BLOCKED becomes the overlay "blocked".*\n.*is good: w/
    )
    expect((await sluice("workflow", "check", other)).code).toBe(1)
  })

  it("says which file it cannot read", async () => {
    expect(await sluice("workflow", "check", join(dataDir, "none"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("none cannot be read")
    })
  })
})

describe("on a running stack", () => {
  beforeAll(async () => {
    const [database, broker] = [await testDatabase(), await testNats()]
    const servers = { databaseUrl: database.adminUrl, natsUrl: broker.url }
    const stack = await startStack({ dataDir, ...servers, stateFile, log: () => {} })
    return stack.stop
  })
  const said = async (...args: ReadonlyArray<string>): Promise<string> => {
    const { code, out, err } = await sluice("workflow", ...args)
    if (code !== 0) throw new Error(err)
    return out
  }

  it("applies a file, shows what came of it and gives it back", async () => {
    const file = fileOf("apply.yaml", good)
    const one = JSON.parse(await said("apply", file, "--json"))
    expect(one).toMatchObject({ name: "Release plan", version: 1, phases: 2, tasks: 1 })
    expect(JSON.parse(await said("apply", file, "--json"))).toEqual(one)
    const two = fileOf("two.yaml", good.replace("From plan", "From a plan"))
    expect(await said("apply", two)).toMatch(/version +│ 2/)
    await vi.waitFor(
      async () => expect(JSON.parse(await said("show", "Release plan", "--json")).version).toBe(2),
      10_000
    )

    expect(await said("list")).toMatch(/Release plan │ 2 +│ 2 +│ 1 +│ From a plan to production/)
    expect(await said("show", "Release plan")).toContain(one.digest.slice(0, 12))
    const phases = await said("show", "Release plan", "--version", "1")
    expect(phases).toMatch(/plan +│ Plan +│ build +│ 1 +│ tasks-complete │ anybody 1 /)
    expect(phases).toMatch(/build +│ Build +│ the end +│ 0 +│ +│ +│ cto\|ceo 1/)

    const back = join(dataDir, "back.yaml")
    expect(await said("export", "Release plan", "--version", "1", "--output", back)).toBe("")
    expect(readFileSync(back, "utf8")).toContain("name: Release plan\ndescription: From plan to production\n")
    expect(JSON.parse(await said("apply", back, "--json"))).toEqual(one)
    const newest = JSON.parse(await said("export", "Release plan", "--json"))
    expect(newest.description).toBe("From a plan to production")
  })

  it("registers nothing of a bad file, and knows what is not there", async () => {
    const bad = fileOf("bad-again.yaml", "name: bad\n")
    expect(await sluice("workflow", "apply", bad)).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining(`${bad}:1:1 /phases `)
    })
    const { err } = await sluice("workflow", "show", "bad")
    expect(err).toContain("Workflow bad not found")
  })
})
