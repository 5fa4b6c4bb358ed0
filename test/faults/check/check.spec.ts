import { describe, expect, it } from "vitest"
import { type Acknowledged, emptyJournal, type Journal } from "../load/load.journal.ts"
import { type Billed, compareBilled, compareTold, type Told } from "./check.billing.ts"
import { compareMessages, type Message } from "./check.broker.ts"
import { compareKeys, compareStreams, type Stream } from "./check.effects.ts"
import { type Findings, isClean, newFindings, type Violation } from "./check.findings.ts"
import { compareTimers, type Lapsed } from "./check.timers.ts"

/** The checks must find what they are for: each damage done to a healthy picture by hand. */
const by = { tenant: "acme", id: "asker", token: "" }

const acknowledged = (key: string, version: number, path: string, body: Record<string, unknown>): Acknowledged => ({
  command: { by, key, method: "POST", path, body },
  status: 201,
  version,
  location: null,
  body: path.endsWith("/usage") ? { sessionId: "s1", ...body } : { id: "s1", version, ...body },
  replayed: false,
  attempts: 1,
  at: 0
})

const usage = { usageId: "u1", meter: "tokens.input", quantity: 5 }
const journal: Journal = {
  ...emptyJournal(),
  journeys: [
    {
      tenant: "acme",
      category: "session",
      id: "s1",
      expected: ["session.opened", "session.usage-recorded", "session.activated"],
      acknowledged: [
        acknowledged("k1", 1, "/v1/sessions", { status: "pending" }),
        acknowledged("k2", 2, "/v1/sessions/s1/usage", usage),
        acknowledged("k3", 3, "/v1/sessions/s1", { status: "active" })
      ]
    }
  ]
}
const stream: Stream = {
  tenant: "acme",
  stream: "session-s1",
  head: 3,
  types: ["session.opened", "session.usage-recorded", "session.activated"],
  versions: [1, 2, 3],
  usages: [usage],
  view: { id: "s1", version: 3, status: "active" }
}
const keys = [1, 2, 3].map((version) => ({ key: `k${version}`, stream: "session-s1", version }))

const found = (look: (findings: Findings) => void): ReadonlyArray<Violation> => {
  const findings = newFindings()
  look(findings)
  expect(isClean(findings)).toBe(findings.examples.length === 0)
  return findings.examples.map((example) => example.split(":")[0] as Violation)
}

describe("what was acknowledged against what is stored", () => {
  const streams = (...stored: ReadonlyArray<Stream>) => found((findings) => compareStreams(stored, journal, findings))

  it("is satisfied when both agree", () => {
    expect(streams(stream)).toEqual([])
    expect(found((findings) => compareKeys(keys, journal, findings))).toEqual([])
  })

  it.each<[string, ReadonlyArray<Stream>, ReadonlyArray<Violation>]>([
    ["a stream that is gone", [], ["lost"]],
    ["a stream that nobody asked for", [stream, { ...stream, stream: "session-s2" }], ["doubled"]],
    ["an event that is gone", [{ ...stream, types: stream.types.slice(0, 2), versions: [1, 2], head: 2 }], ["lost"]],
    [
      "an event that happened twice",
      [{ ...stream, types: [...stream.types, "session.activated"], versions: [1, 2, 3, 4], head: 4 }],
      ["doubled"]
    ],
    ["other events", [{ ...stream, types: ["session.opened", "session.paused", "session.activated"] }], ["lost"]],
    ["a gap in the versions", [{ ...stream, versions: [1, 2, 4] }], ["drift"]],
    ["a head that is behind", [{ ...stream, head: 2 }], ["drift"]],
    ["a row that says something else", [{ ...stream, view: { ...stream.view, status: "pending" } }], ["lost"]],
    ["a row that is missing", [{ ...stream, view: null }], ["drift"]],
    ["usage that is gone", [{ ...stream, usages: [] }], ["lost"]],
    ["usage of another quantity", [{ ...stream, usages: [{ ...usage, quantity: 6 }] }], ["lost"]],
    ["usage counted twice", [{ ...stream, usages: [usage, usage] }], ["doubled"]]
  ])("finds %s", (_, stored, violations) => {
    expect(streams(...stored)).toEqual(violations)
  })

  it.each<[string, typeof keys, ReadonlyArray<Violation>]>([
    ["a key that is gone", keys.slice(1), ["lost"]],
    ["a key that points elsewhere", [{ ...(keys[0] as (typeof keys)[0]), version: 2 }, ...keys.slice(1)], ["lost"]],
    ["a key that nobody was answered", [...keys, { key: "k4", stream: "session-s1", version: 3 }], ["doubled"]]
  ])("finds %s", (_, stored, violations) => {
    expect(found((findings) => compareKeys(stored, journal, findings))).toEqual(violations)
  })
})

describe("what was committed against what JetStream holds", () => {
  const message = (id: string, streamversion: number, subject = "session-s1"): Message => ({
    id,
    tenant: "acme",
    subject,
    streamversion,
    position: streamversion
  })
  const [one, two, three] = [message("e1", 1), message("e2", 2), message("e3", 3)]
  const messages = (...held: ReadonlyArray<Message>) =>
    found((findings) => compareMessages(["e1", "e2", "e3", "f1"], held, findings))
  const other = message("f1", 1, "session-s2")

  it("is satisfied with first occurrences in version order, whatever repeats come later and however streams mix", () => {
    expect(messages(one, other, two, three)).toEqual([])
    expect(messages(one, two, one, two, three, one, other)).toEqual([])
  })

  it.each<[string, ReadonlyArray<Message>, ReadonlyArray<Violation>]>([
    ["an event that is missing", [one, two, other], ["unpublished"]],
    ["an event that was never committed", [one, two, three, other, message("e9", 4)], ["doubled"]],
    ["two events that changed places", [one, three, two, other], ["disorder", "disorder"]]
  ])("finds %s", (_, held, violations) => {
    expect(messages(...held)).toEqual(violations)
  })
})

const lapsed: Lapsed = {
  stream: "approval-a1",
  requestedAt: 0,
  expiresAt: 3_000,
  expiredAt: [3_010],
  escalatedAt: [1_002],
  reminded: [
    { dueAt: 1_000, at: 1_003 },
    { dueAt: 2_000, at: 2_001 }
  ]
}
const judged = (change: Partial<Lapsed>): Findings => {
  const findings = newFindings()
  compareTimers({ ...lapsed, ...change }, findings)
  return findings
}

describe("the check of timers", () => {
  it("finds nothing wrong where each fired once", () => expect(isClean(judged({}))).toBe(true))

  it.each<[Violation, string, Partial<Lapsed>]>([
    ["lost", "an approval that never expired", { expiredAt: [] }],
    ["doubled", "one that expired twice", { expiredAt: [3_010, 3_020] }],
    ["doubled", "one that was escalated twice", { escalatedAt: [1_002, 1_005] }],
    ["wrong", "one that expired before its time", { expiredAt: [2_999] }],
    ["wrong", "a reminder before its time", { reminded: [{ dueAt: 1_000, at: 999 }] }],
    ["wrong", "a reminder after the end", { reminded: [{ dueAt: 1_000, at: 3_011 }] }],
    [
      "doubled",
      "two reminders of one due time",
      {
        reminded: [
          { dueAt: 1_000, at: 1_003 },
          { dueAt: 1_000, at: 1_004 }
        ]
      }
    ]
  ])("finds %s: %s", (violation, _, change) => expect(judged(change).counts[violation]).toBe(1))
})

describe("the check of billing", () => {
  const counted = (look: (findings: Findings) => void): Findings["counts"] => {
    const findings = newFindings()
    look(findings)
    return findings.counts
  }
  const billed: Billed = { usage: "s1 u1", facts: 1, entries: 1, unpriced: 0 }
  const told: Told = { budget: "b1", spent: 100n, limit: 100n, warned: 1, exceeded: 1 }
  const clean = newFindings().counts

  it("finds nothing wrong where all is billed once, or has no price, and told once", () => {
    expect(counted((findings) => compareBilled([billed, { ...billed, entries: 0, unpriced: 1 }], findings))).toEqual(
      clean
    )
    const others = [
      { ...told, spent: 79n, warned: 0, exceeded: 0 },
      { ...told, spent: 80n, exceeded: 0 },
      { ...told, limit: 1_000n }
    ]
    expect(counted((findings) => compareTold([told, ...others], findings))).toEqual(clean)
  })

  it.each<[Violation, string, Partial<Billed>]>([
    ["lost", "a usage that nobody noted", { facts: 0, entries: 0 }],
    ["lost", "one without an entry that is not unpriced either", { entries: 0 }],
    ["doubled", "one that is charged twice", { entries: 2 }],
    ["doubled", "one that is charged and unpriced", { unpriced: 1 }]
  ])("finds %s: %s", (violation, _, change) =>
    expect(counted((findings) => compareBilled([{ ...billed, ...change }], findings))[violation]).toBe(1)
  )

  it.each<[Violation, string, Partial<Told>]>([
    ["doubled", "a budget that warned twice", { warned: 2 }],
    ["doubled", "one that was used up twice", { exceeded: 2 }],
    ["lost", "one that did not warn", { spent: 80n, warned: 0, exceeded: 0 }],
    ["lost", "one that did not tell of its end", { exceeded: 0 }]
  ])("finds %s: %s", (violation, _, change) =>
    expect(counted((findings) => compareTold([{ ...told, ...change }], findings))[violation]).toBe(1)
  )
})
