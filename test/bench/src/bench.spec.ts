import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { reportJson, reportTables } from "./bench.report.ts"
import type { Measured } from "./bench.run.ts"
import { figures } from "./figure.list.ts"
import { type Figure, short, wanted } from "./figure.ts"
import { type Ground, makeGround } from "./ground/ground.servers.ts"

/** That every figure is measured. How fast anything is depends on the machine and is nothing to assert here. */
describe("every figure", () => {
  let ground: Ground
  beforeAll(async () => {
    ground = await makeGround(() => {})
  }, 120_000)
  afterAll(() => ground.close())

  it("answers one key of what is wanted, and together they answer all", () => {
    expect(figures.flatMap(({ keys }) => keys).toSorted()).toEqual(Object.keys(wanted).toSorted())
  })

  it.each(figures.map((figure) => [figure.name, figure] as const))(
    "measures %s",
    { timeout: 300_000 },
    async (_, figure) => {
      const outcome = await figure.run(ground, short)
      expect(Object.keys(outcome.wanted).toSorted()).toEqual([...figure.keys].toSorted())
      for (const value of Object.values(outcome.wanted)) expect(value).toBeGreaterThan(0)
      for (const [key, { value }] of Object.entries(outcome.absolute)) expect(value, key).toSatisfy(Number.isFinite)
    }
  )
})

describe("the report", () => {
  const figure = (name: string, keys: Figure["keys"]): Figure => ({
    name,
    question: `what about ${name}?`,
    keys,
    run: async () => ({ wanted: {}, absolute: {} })
  })
  const measured: ReadonlyArray<Measured> = [
    {
      figure: figure("fast", ["bus_vs_emmett", "bus_vs_pgbench"]),
      seconds: 1,
      outcome: {
        wanted: { bus_vs_emmett: 4, bus_vs_pgbench: 1.234567 },
        absolute: { bus_64: { what: "bus", value: 12345.6, unit: "commands/s" } }
      }
    },
    {
      figure: figure("slow", ["e2e_p50_ms", "e2e_p99_ms"]),
      seconds: 1,
      outcome: { wanted: { e2e_p50_ms: 15, e2e_p99_ms: 60.5 }, absolute: {} }
    },
    { figure: figure("broken", ["rss_max_mb"]), seconds: 1, failure: new Error("no such process") }
  ]

  it("is one line of JSON with every key, what is unmet, and null for what failed", () => {
    expect(JSON.parse(reportJson(measured))).toEqual({
      bus_vs_emmett: 4,
      bus_vs_pgbench: 1.235,
      e2e_p50_ms: 15,
      e2e_p99_ms: 60.5,
      rss_max_mb: null,
      absolute: { bus_64: 12350 },
      unmet: ["bus_vs_pgbench", "e2e_p99_ms", "rss_max_mb"]
    })
    expect(reportJson(measured)).not.toContain("\n")
  })

  it("is a table that says of each key whether it is as wanted", () => {
    const table = reportTables(measured)
    expect(table).toMatch(/bus_vs_emmett.*4.*≥ 4.* met/)
    expect(table).toMatch(/bus_vs_pgbench.*1\.235.*≥ 1\.3.*NOT MET/)
    expect(table).toMatch(/e2e_p50_ms.*15.*≤ 15.* met/)
    expect(table).toMatch(/rss_max_mb.*failed.*≤ 250.*NOT MET/)
    expect(table).toMatch(/bus.*12,345\.6.*commands\/s/)
  })
})
