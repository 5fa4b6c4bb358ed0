import { join } from "node:path"
import { expect, it, vi } from "vitest"
import { atTerminal } from "./stack.spec-support.ts"

const { json, sluice } = await atTerminal()

it("drives a run of a workflow in a file, and shows how it stands", async () => {
  expect((await json("workflow", "apply", join(import.meta.dirname, "../demo/plan.yaml"))).version).toBe(1)
  const name = "Move to a new payment provider"
  const begun = ["run", "start", name, "--title", "Spring", "--deadline", "2999-01-31", "--key", "once"]
  const { id, deadline } = await json(...begun)
  expect([(await json(...begun)).id, deadline]).toEqual([id, "2999-01-31T00:00:00.000Z"])
  await json("run", "task", "complete", id, "A1", "--note", "Three tills", "--note", "One shop", "--decision", "Go on")
  await json("run", "task", "start", id, "A2")
  await json("run", "task", "fail", id, "A2", "--reason", "No answer")
  await json("run", "task", "defer", id, "A2", "--reason", "In summer")
  const { out } = await sluice("run", "task", "complete", id, "A3")
  expect(out).toMatch(
    /Spring {2}awaiting confirmation[\s\S]*▸ {2}A {2}Find out +█+ +100 % +2\/2 +in progress +checkpoint: anybody/
  )
  expect(out).toContain(`sluice run proceed ${id} A`)
  expect(await sluice("run", "task", "start", id, "B1")).toMatchObject({
    code: 1,
    err: expect.stringContaining("Checkpoint A waits for somebody to say proceed")
  })
  await json("run", "review", id, "A", "--comment", "Reading")
  await json("run", "pause", id, "--reason", "Holidays")
  await json("run", "resume", id)
  expect(await json("run", "proceed", id, "A", "--comment", "Go")).toMatchObject({ openCheckpoints: [] })
  await json("run", "task", "complete", id, "B1")
  const { openQuestions } = await json("run", "ask", id, "Who pays?", "--role", "finance", "--phase", "B")
  const { blockers } = await json("run", "raise", id, "No key", "--task", "B2")
  await json("phase", "block", id, "C", "The till is broken")
  const { version } = await json(
    "run",
    "task",
    "add",
    id,
    "B6",
    "--phase",
    "B",
    "--title",
    "Test",
    "--depends-on",
    "B2"
  )
  await vi.waitFor(async () => expect((await json("run", "show", id)).version).toBe(version), 10_000)

  const board = (await sluice("run", "show", id)).out
  expect(board).toMatch(/blocker +B2 +.*No key[\s\S]*question +B +finance .*Who pays\?/)
  expect(board).toContain(`sluice run answer ${id} ${openQuestions[0].id}`)
  expect((await sluice("run", "brief", id)).out).toMatch(/Spring: blocked in Build[\s\S]*What happened last/)
  const told = (await sluice("run", "timeline", id)).out
  expect(told).toMatch(/▸ {2}Run "Spring"[\s\S]*✓ {2}Checkpoint A: proceed: Go +developer[\s\S]*Task B6 added/)
  expect((await sluice("run", "timeline", id, "--limit", "1")).out).toMatch(/Earlier: --cursor .*\n.*UTC\n.*Task B6/)
  expect(await json("run", "context", id, "--phase", "B")).toMatchObject({
    decisions: ["Go on"],
    notes: ["Three tills", "One shop"]
  })
  expect((await sluice("run", "list", "--status", "blocked")).out).toMatch(/run +title[\s\S]*Spring +blocked/)
  expect((await sluice("phase", "list", "--status", "blocked")).out).toMatch(
    /Spring {2}blocked[\s\S]*C {2}Move the customers .* blocked +The till is broken/
  )
  expect((await sluice("phase", "list", "--role", "legal")).out).toBe("No phases.")

  await json("run", "answer", id, openQuestions[0].id, "We do")
  await json("run", "resolve", id, blockers[0].id, "--resolution", "Found it")
  await json("phase", "unblock", id, "C")
  await json("phase", "skip", id, "C", "--reason", "Nobody to move")
  await json("run", "task", "move", id, "B6", "--to", "Next year")
  await json("run", "task", "defer", id, "B5")
  for (const task of ["B2", "B3", "B4"]) await json("run", "task", "complete", id, task)
  await json("run", "proceed", id, "B")
  expect(await json("phase", "leave", id, "B")).toMatchObject({ currentPhase: "D" })
  for (const task of ["D1", "D2", "D3", "D4"]) await json("run", "task", "complete", id, task)
  expect((await sluice("phase", "signoff", id, "D")).err).toContain("Phase D needs its gate to be ready")
  const runbook = ["--type", "doc", "--kind", "runbook", "--ref", "docs/runbook.md", "--title", "Runbook"]
  const sections = '{"sections":["Alarm","Way back"]}'
  await json("phase", "evidence", id, "D", ...runbook, "--attributes", sections)
  await json("phase", "validate", id, "D")
  const asked = await json("phase", "signoff", id, "D", "--comment", "Please")
  expect(asked.phases).toContainEqual(expect.objectContaining({ id: "D", status: "ready_for_signoff" }))
  const done = await json("run", "cancel", id, "--reason", "Enough")
  expect(done).toMatchObject({ status: "cancelled", reason: "Enough" })
  expect((await sluice("run", "resume", id)).err).toContain("The run has ended: it is cancelled")
})

it.each(
  [
    ["run", "start", "Nothing", "--title", "x"],
    ["run", "start", "Nothing"],
    ["run", "show", "no-uuid"],
    ["run", "task", "finish", "no-uuid", "A1"],
    ["run", "list", "--status", "lost"],
    ["phase", "list", "--status", "lost"],
    ["phase", "evidence", "no-uuid", "A", "--type", "doc", "--ref", "r", "--title", "t", "--attributes", "[]"]
  ].map((args) => [args.join(" "), args] as const)
)("refuses %s", async (_, args) => {
  const said = await sluice(...args)
  expect(said.code).toBe(1)
  expect(said.err).toContain("ERROR")
})
