import { expect, it } from "vitest"
import { makeProgress } from "./demo.progress.ts"

const written = (terminal: { isTTY?: boolean; columns?: number }, total: number): string => {
  let text = ""
  const progress = makeProgress({
    ...terminal,
    write: (more) => {
      text += more
    }
  })
  progress.say("Starting")
  for (let done = 0; done < total; done++) progress.step(done, total, `step ${done}`)
  progress.step(total, total, "done")
  progress.say("Stopping")
  return text
}

it("renews one line on a terminal, never wider than it, and ends it before it says more", () => {
  const lines = written({ isTTY: true, columns: 40 }, 4).split("\n")
  expect(lines).toHaveLength(4)
  const shown = (lines[1] as string).split("\r\u001b[2K")
  expect(shown).toHaveLength(6)
  expect(shown[3]).toBe("[############............] 2/4  step 2")
  expect(Math.max(...shown.map(({ length }) => length))).toBeLessThan(40)
  expect([lines[0], lines[2], lines[3]]).toEqual(["Starting", "Stopping", ""])
})

it("writes plain lines elsewhere, and not thousands of them", () => {
  expect(written({}, 2)).toBe("Starting\n  0/2  step 0\n  1/2  step 1\n  2/2  done\nStopping\n")
  const lines = written({}, 10_000).split("\n")
  expect(lines.length).toBeLessThan(70)
  expect(lines).toContain("  10000/10000  done")
})
