import { DOCUMENT_MAX_BYTES } from "@sluice/contracts/workflow/workflow.document"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { readDocument } from "./document.read.ts"
import { faultsOf, workOf } from "./workflow.spec-support.ts"

const minimal = "name: w\nphases: [{ id: a, name: A, order: 1 }]\n"
const yaml = (text: string) => readDocument(text, "yaml")

describe("reading YAML", () => {
  it("gives what the document says, aliases written out", () => {
    const text = `
# The way of a release
name: Release
phases:
  - id: plan
    name: Plan
    order: 1
    prompt: |
      First.
      Then.
    signoff: &cto { required: [{ roles: [cto], count: 1 }], expiresAfter: P7D }
  - id: build
    name: Build
    order: 2
    signoff: *cto
`
    const signoff = { required: [{ roles: ["cto"], count: 1 }], expiresAfter: "P7D" }
    expect(Result.getOrThrow(yaml(text))).toEqual({
      name: "Release",
      phases: [
        { id: "plan", name: "Plan", order: 1, prompt: "First.\nThen.\n", signoff },
        { id: "build", name: "Build", order: 2, signoff }
      ]
    })
  })

  it("knows a byte order mark, carriage returns and what YAML 1.1 took for something else", () => {
    const text = minimal.replaceAll("\n", "\r\n").replace("name: A", "name: yes")
    expect(Result.getOrThrow(yaml(text)).phases[0]?.name).toBe("yes")
  })

  it("lists every fault of shape and of storability, by line", () => {
    const text = `name: " w"
phases:
  - id: a
    name: ""
    order: .nan
    checkpoint: { required: [{ roles: [], count: 0 }], expiresAfter: P1Y }
    gate:
      - type: nothing
      - { type: metric, name: m, min: .inf }
    prompt: "\\0"
    tasks:
      - key: -1
        title: "\\ud800"
    more: 1
`
    expect(faultsOf(yaml(text)).map((fault) => fault.split(" ").slice(0, 2).join(" "))).toEqual([
      "1:1 /name",
      "4:5 /phases/0/name",
      "5:5 /phases/0/order",
      "6:32 /phases/0/checkpoint/required/0/roles",
      "6:43 /phases/0/checkpoint/required/0/count",
      "6:56 /phases/0/checkpoint/expiresAfter",
      "8:9 /phases/0/gate/0",
      "9:34 /phases/0/gate/1/min",
      "10:5 /phases/0/prompt",
      "12:9 /phases/0/tasks/0/key",
      "13:9 /phases/0/tasks/0/title",
      "14:5 /phases/0/more"
    ])
  })

  it("lists faults of references beside others, once the references themselves have their shape", () => {
    const text = `${minimal.replace("order: 1", "order: 1, transitions: [b], x: 1")}`
    expect(faultsOf(yaml(text))).toEqual([
      "2:1 /phases has no terminal phase: a run would never end",
      "2:52 /phases/0/transitions/0 names the unknown phase b",
      "2:56 /phases/0/x Expected no excess property"
    ])
  })

  it.each<[string, string, string]>([
    ["bad syntax", "name: [w\nphases: 1\n", "2:1 "],
    ["two documents", `${minimal}---\nname: x\n`, "3:1 "],
    ["a tag of somebody's", "name: !mine w", "1:7 "],
    ["a tag that JSON has no value for", "name: w\nx: !!binary aGk=", "2:4 "],
    ["YAML 1.1", `%YAML 1.1\n---\n${minimal}`, "1:1  must be YAML 1.2"],
    ["a directive of somebody's", `%MINE x\n---\n${minimal}`, "1:1 "],
    ["a key twice", "name: w\nname: x\n", "2:1 /name is there twice"],
    ["a key twice, in a list", "phases:\n  - id: a\n    order: 1\n    id: b\n", "4:5 /phases/0/id is there twice"],
    ["a key that is a number", "name: w\n1: x\n", "2:1  keys must be texts"],
    ["a key that is a list", "name: w\n? [a]\n: x\n", "2:3  keys must be texts"],
    ["an alias of nothing", "name: *w\n", "1:7 /name there is no anchor w before this alias"],
    ["an alias of what it is in", "phases: &p\n  - *p\n", "2:5 /phases/0 the alias p stands for what it is part of"],
    ["nothing", "", "1:1  is empty"],
    ["a comment", "# nothing\n", "1:1  is empty"],
    ["a list", "- w\n", "1:1  "],
    ["33 levels", `x: ${"[".repeat(32)}${"]".repeat(32)}`, `1:${4 + 31} /x${"/0".repeat(31)} must not be nested deeper`]
  ])("refuses %s at its place", (_, text, fault) => expect(faultsOf(yaml(text))[0]).toContain(fault))

  it("says where the name is not the one it is to have", () => {
    expect(faultsOf(readDocument(minimal, "yaml", { name: "x" }))).toEqual([
      "1:1 /name must be x, the name under which it is registered"
    ])
    expect(faultsOf(readDocument(minimal, "yaml", { name: "w" }))).toEqual([])
  })
})

describe("reading what is made to be slow or large", () => {
  const lists = [..."bcdefghij"].map((key, index) => `${key}: &${key} [${Array(10).fill(`*${"abcdefghi"[index]}`)}]`)
  const MB = 1_000_000

  it.each<[string, string, string]>([
    ["aliases that explode", `a: &a [${Array(10).fill("lol")}]\n${lists.join("\n")}`, "aliases stand for more"],
    ["an alias of much, often", `a: &a "${"x".repeat(500_000)}"\nb: [*a, *a, *a, *a]`, "aliases stand for more"],
    ["10 MB", `name: ${"x".repeat(10 * MB)}`, "must have 1048576 bytes at most"],
    ["characters of several bytes", `name: ${"ž".repeat(DOCUMENT_MAX_BYTES / 2)}`, "must have 1048576 bytes at most"]
  ])("refuses %s within a second", (_, text, fault) => {
    expect(workOf(() => expect(faultsOf(yaml(text))[0]).toContain(fault))).toBeLessThan(1000)
  })

  it.each<[string, string]>([
    ["brackets", `a: ${"[".repeat(MB)}`],
    ["commas", `a: [${",".repeat(MB)}]`],
    ["quotes", '"'.repeat(MB)],
    ["many keys", Array.from({ length: 60_000 }, (_, index) => `key${index}: 1`).join("\n")],
    ["directives", "%a\n".repeat(MB / 3)]
  ])("gives up on a million characters of %s", (_, text) => {
    expect(workOf(() => expect(faultsOf(yaml(text))).not.toEqual([]))).toBeLessThan(5000)
  })

  it("refuses what becomes too large once it is written out as JSON", () => {
    const phases = Array.from({ length: 9 }, (_, index) => `  - id: p${index}\n    name: P\n    order: ${index}`)
    const prompt = `    prompt: "${"\x7f\\n".repeat(33_000)}"`
    const good = `name: w\nphases:\n${phases.map((one) => `${one}\n${prompt}`).join("\n")}`
    expect(faultsOf(yaml(good))).toEqual([])
    const controls = good.replaceAll("\x7f", "\u0001")
    expect(faultsOf(yaml(controls))).toEqual(["1:1  must have 2097152 bytes at most as JSON"])
  })
})

describe("reading JSON", () => {
  const json = (text: string) => readDocument(text, "json")

  it("gives the same as YAML", () =>
    expect(json('{"name": "w", "phases": [{"id": "a", "name": "A", "order": 1}]}')).toEqual(yaml(minimal)))

  it.each<[string, string, string]>([
    ["a shape", '{"name": "w",\n "phases": [{"id": "a", "name": "A",\n "order": "1"}]}', "3:2 /phases/0/order "],
    ["a key twice", '{"name": "w",\n"name": "w"}', "2:1 /name is there twice"],
    ["half a text", '{"name": "w', "1:10 /name expected a text"],
    ["half an object", '{"name": "w",', "1:14  expected a text"],
    ["two values", '{}\n{"name": "w"}', "2:1  expected nothing more"],
    ["a comment", '{"name": w}', "1:10 /name expected a value"],
    ["33 levels", `{"x": ${"[".repeat(32)}`, `1:${7 + 31} /x${"/0".repeat(31)} must not be nested deeper`],
    ["a control character", '{"name": "\n"}', "1:10 /name expected a text"]
  ])("refuses %s at its place", (_, text, fault) => expect(faultsOf(json(text))[0]).toContain(fault))
})
