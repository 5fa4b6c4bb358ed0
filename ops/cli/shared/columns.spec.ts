import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import { bar } from "./bar.ts"
import { inColumns, inLine } from "./columns.ts"
import { clip, harmless, terminalOf, widthOf } from "./terminal.ts"

const plain = (columns: number) => ({ columns, colours: false })
const coloured = (columns: number) => ({ columns, colours: true })

describe("columns", () => {
  const rows = [
    ["A", "Find out what there is", { text: "in progress", style: "cyan" as const }, "9 %"],
    ["BB", "Build", { text: "completed", style: "green" as const }, "100 %"]
  ]

  it("are as wide as their widest text, numbers to the right", () =>
    expect(inColumns(rows, { terminal: plain(80), flexible: [1], right: [3] })).toEqual([
      "A   Find out what there is  in progress    9 %",
      "BB  Build                   completed    100 %"
    ]))

  it("take no place where they are empty", () =>
    expect(
      inColumns(
        [
          ["a", "", "b"],
          ["c", "", "d"]
        ],
        { terminal: plain(80), flexible: [] }
      )
    ).toEqual(["a  b", "c  d"]))

  it("give way where the terminal is narrow, the widest of the flexible ones first", () => {
    const long = [["a", "a long title", "and a longer reason"]]
    const layout = (columns: number) => ({ terminal: plain(columns), flexible: [1, 2] })
    expect(inColumns(long, layout(32))).toEqual(["a  a long title  and a longer r…"])
    expect(inColumns(long, layout(25))).toEqual(["a  a long ti…  and a lon…"])
  })

  it("that are not flexible stay as they are", () =>
    expect(inColumns(rows, { terminal: plain(36), flexible: [1], right: [3] })).toEqual([
      "A   Find out wh…  in progress    9 %",
      "BB  Build         completed    100 %"
    ]))

  it("are never wider than the terminal, in colour or not", () => {
    const wide = [...rows, ["C", "日本語の長い題名です", { text: "🚀 ready", style: "red" as const }, "50 %"]]
    for (let columns = 2; columns < 100; columns++)
      for (const indent of [0, 2])
        for (const terminal of [plain(columns), coloured(columns)])
          for (const line of inColumns(wide, { terminal, flexible: [1], right: [3], indent }))
            expect(widthOf(stripVTControlCharacters(line))).toBeLessThanOrEqual(columns)
  })

  it("stand where they stood, whatever is coloured", () => {
    const layout = { flexible: [1], right: [3] }
    const painted = inColumns(rows, { terminal: coloured(36), ...layout })
    expect(painted.join()).toContain("\u001b[36m")
    expect(painted.map((line) => stripVTControlCharacters(line))).toEqual(
      inColumns(rows, { terminal: plain(36), ...layout })
    )
  })
})

it("a line is cut where the terminal ends", () => {
  expect(inLine(["one ", { text: "two", style: "red" }, " three"], plain(9))).toBe("one two…")
  expect(inLine(["one ", { text: "two", style: "red" }], coloured(80))).toBe("one \u001b[31mtwo\u001b[39m")
})

it("a text of somebody else's cannot command the terminal", () => {
  expect(harmless("a\u001b[2Jb\r\nc\u0007\u2028\u202ed")).toBe("a [2Jb c d")
  expect(inLine(["x\u001b[31my"], plain(80))).toBe("x [31my")
  expect(inColumns([["\u001b]0;title\u0007", "two\nlines"]], { terminal: plain(80), flexible: [] })).toEqual([
    " ]0;title   two lines"
  ])
})

it.each([
  ["plain", 5],
  ["日本", 4],
  ["e\u0301", 1],
  ["👩‍💻", 2],
  ["▸ █", 3],
  ["", 0]
])("%s takes %i columns", (text, columns) => expect(widthOf(text)).toBe(columns))

it("a clipped text fits, and says that something is missing", () => {
  expect([
    clip("abcdef", 6),
    clip("abcdef", 4),
    clip("ab  ef", 4),
    clip("日本語", 4),
    clip("abc", 1),
    clip("abc", 0)
  ]).toEqual(["abcdef", "abc…", "ab…", "日…", "…", ""])
})

it.each([
  [0, "░░░░░"],
  [1, "░░░░░"],
  [3, "▏░░░░"],
  [50, "██▌░░"],
  [99, "████▉"],
  [100, "█████"],
  [140, "█████"]
])("a bar of %i per cent", (percent, drawn) => expect(bar(percent, 5)).toBe(drawn))

it("a pipe has no colours and a width of its own; a terminal says what it has", () => {
  expect(terminalOf({ columns: 10, hasColors: () => true })).toEqual({ columns: 120, colours: false })
  expect(terminalOf({ isTTY: true, columns: 90, hasColors: () => true })).toEqual({ columns: 90, colours: true })
  expect(terminalOf({ isTTY: true, columns: 90, hasColors: () => false })).toEqual({ columns: 90, colours: false })
  expect(terminalOf({ isTTY: true, columns: 3 })).toEqual({ columns: 40, colours: false })
})
