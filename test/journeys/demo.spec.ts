import { existsSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { leftRunning, runDemo, temporaryFolder } from "../support/demo.process.ts"

/** The closing line of `npm run demo -- --json` (issues "The spine", a newcomer's two commands, and "Runs"). */
const summaryOf = (out: string) => JSON.parse(out.trim().split("\n").at(-1) as string)

const minute = 60_000

it("shows everything on its own, verifies it, and leaves nothing", { timeout: 2 * minute }, async () => {
  const folder = temporaryFolder()
  const { code, out, err } = await runDemo(folder, [])
  expect(err).toMatch(/Starting Postgres[\s\S]*0\/\d+ {2}\S+ opens[\s\S]*done/)
  expect(out).toMatch(/Sessions[\s\S]*gate implementation.*completed[\s\S]*Approvals[\s\S]*release budget.*approved/)
  for (const status of ["failed", "paused", "rejected", "cancelled", "pending"]) expect(out).toContain(status)
  expect(err).toMatch(
    /awaiting confirmation\n[\s\S]*▸ {2}A {2}Find out +█+ +100 % +3\/3 +in progress +checkpoint: anybody/
  )
  expect(err).toMatch(/awaiting input\n[\s\S]*question +B +finance[\s\S]*Gaps to close\n {2}D /)
  expect(out).toMatch(
    /Phases\nNew payment provider by spring {2}completed[\s\S]*D {2}Make it safe +█+ +100 % +4\/4 +signed off/
  )
  expect(out).toMatch(/How it ended\n[\s\S]*✗ {2}Sign-off of D rejected[\s\S]*✓ {2}Completed +felix/)
  expect(out).toContain("Everything is there, in order and as it should be.")
  expect(out).toContain("of them refused as they must be")
  expect(code).toBe(0)
  expect(leftRunning(folder)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

it("runs twice in one folder and says what came of it in one line", { timeout: 4 * minute }, async () => {
  const folder = temporaryFolder()
  const data = join(folder, "kept")
  const [first, second] = [
    await runDemo(folder, ["--json", "--data", data]),
    await runDemo(folder, ["--json", "--data", data])
  ]
  const whole = { ok: true, sessions: 4, approvals: 12, runs: 1, phases: 5, drift: 0, skipped: 0 }
  const [one, two] = [summaryOf(first.out), summaryOf(second.out)]
  expect(one).toEqual({ ...whole, events: one.published, published: one.events })
  expect(two).toEqual({ ...whole, events: 2 * one.events, published: 2 * one.events })
  expect([first.code, second.code, leftRunning(folder)]).toEqual([0, 0, []])
})

it("ends cleanly on Ctrl-C while the story is told", { timeout: 2 * minute }, async () => {
  const folder = temporaryFolder()
  let pressed = false
  const { code, err } = await runDemo(folder, [], (soFar, signal) => {
    if (!pressed && soFar.includes("5/")) signal("SIGINT")
    pressed ||= soFar.includes("5/")
  })
  expect(err).toContain("Stopping")
  expect(err).not.toContain("done")
  expect(code).toBe(130)
  expect(leftRunning(folder)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

/** Real input of another project, where it is; `SLUICE_INPUT` names the folder. */
const shared = join(
  process.env.SLUICE_INPUT || join(import.meta.dirname, "../../../shared/input"),
  "goose/exchanges.json"
)

const ask = { from: "finance", to: "manager", type: "budget_approval", description: "May we?" }
const sample = {
  exchanges: [
    { id: "large", ...ask, data: { amount: 50_001 } },
    { id: "middle", ...ask, data: { total_cost: 50_000 } },
    { id: "small", ...ask, data: { amount: 10_000, total_cost: 90_000 } },
    { id: "no question", parent: "large", ...ask, type: "report", data: { amount: 125_000 } }
  ],
  approvalRules: [
    { over: 10_000, unit: "USD", approverRoles: ["manager"], quorum: 1 },
    { over: 50_000, unit: "USD", approverRoles: ["finance", "manager"], quorum: 2 }
  ]
}

const isReal = existsSync(shared)
const title = isReal ? "the exchanges of a real organisation" : `exchanges of our own, as ${shared} is not there`
it(`runs ${title}`, { timeout: 2 * minute }, async () => {
  const folder = temporaryFolder()
  const own = join(folder, "exchanges.json")
  writeFileSync(own, JSON.stringify(sample))
  const { code, out, err } = await runDemo(folder, ["--json", "--input", isReal ? shared : own])
  const made = isReal ? { sessions: 5, approvals: 2 } : { sessions: 4, approvals: 2 }
  const events = 2 * made.sessions + made.approvals
  expect(summaryOf(out)).toEqual({
    ok: true,
    events,
    published: events,
    ...made,
    runs: 0,
    phases: 0,
    drift: 0,
    skipped: 0
  })
  const both = err.match(/pending +│ finance 1 \+ manager 1 +│ finance 1 \+ manager 1/g)
  expect(both).toHaveLength(isReal ? 2 : 1)
  if (!isReal) expect(err).toMatch(/middle +│ pending │ manager 1 +│ manager 1/)
  expect(code).toBe(0)
})

it("names every problem of a bad file before it starts anything", async () => {
  const folder = temporaryFolder()
  const file = join(folder, "bad.json")
  const [large] = sample.exchanges
  const bad = { ...large, id: "bad", from: 7, data: "none" }
  writeFileSync(file, JSON.stringify({ exchanges: [large, bad], approvalRules: [{ over: "much" }] }))
  const shape = await runDemo(folder, ["--json", "--input", file])
  expect(shape).toMatchObject({ code: 1, out: "" })
  for (const pointer of [
    "/exchanges/1/from",
    "/exchanges/1/data",
    "/approvalRules/0/over",
    "/approvalRules/0/quorum"
  ]) {
    expect(shape.err).toContain(`  ${pointer}: `)
  }
  expect(shape.err).not.toContain("Starting")
})
