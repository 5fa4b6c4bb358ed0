import { readDocument } from "@sluice/workflow"
import { Result } from "effect"
import { expect, it } from "vitest"
import { makeScreen } from "./plan.screen.ts"
import { examplePlan, planWords } from "./plan.story.ts"

it("has five workstreams of 3, 5, 3, 4 and 1 tasks, each with a checkpoint", () => {
  const { phases } = Result.getOrThrow(readDocument(examplePlan().yaml, "yaml"))
  expect(phases.map(({ id, tasks = [] }) => [id, tasks.length])).toEqual([
    ["A", 3],
    ["B", 5],
    ["C", 3],
    ["D", 4],
    ["E", 1]
  ])
  expect(phases.every(({ checkpoint }) => checkpoint !== undefined && checkpoint !== false)).toBe(true)
})

it("says each step in words, and which is to be refused", () => {
  const [first, second] = examplePlan().story.steps.map(planWords)
  expect([first, second]).toEqual(["priya starts the run", "coder-7 completes B1 (to be refused)"])
})

const drawn = (terminal: { isTTY?: boolean; rows?: number }, boards: ReadonlyArray<string>) => {
  const written: Array<string> = []
  const screen = makeScreen({ ...terminal, write: (text) => written.push(text) })
  for (const board of boards) screen.show(board)
  return written
}

it("redraws the board in place on a terminal, over just what was drawn before", () =>
  expect(drawn({ isTTY: true, rows: 24 }, ["a\nb\nc", "d", "e\nf"])).toEqual([
    "\r\u001b[Ja\nb\nc\n",
    "\r\u001b[3A\u001b[Jd\n",
    "\r\u001b[1A\u001b[Je\nf\n"
  ]))

it("never draws more than the window holds", () =>
  expect(drawn({ isTTY: true, rows: 5 }, ["1\n2\n3\n4\n5\n6", "x"])).toEqual([
    "\r\u001b[J1\n2\n3\n",
    "\r\u001b[3A\u001b[Jx\n"
  ]))

it("writes one board below the other elsewhere", () =>
  expect(drawn({}, ["a\nb", "c"])).toEqual(["\na\nb\n\n", "\nc\n\n"]))
