import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { commands } from "@sluice/contracts/command/command.catalog"
import { compareContracts } from "@sluice/contracts/compatibility/compatibility.gate"
import { commandOf } from "@sluice/contracts/compatibility/openapi.sunsets"
import { breaksOf, changesSinceRelease, currentContracts, release } from "@sluice/ops/generate/release"
import { afterAll, describe, expect, it } from "vitest"
import type { Loose } from "./compatibility.spec-support.ts"

/** Milliseconds; documents of a megabyte are read and written, on a machine with other things to do. */
const PATIENCE = 120_000

it(
  "nothing breaks that was released: publishers, subscribers and callers go on as they are",
  () => {
    expect(
      breaksOf(changesSinceRelease())
        .map((sentence) => `\n- ${sentence}`)
        .join("")
    ).toBe("")
  },
  PATIENCE
)

const current = currentContracts()
const announced = { changelog: "# Changelog\n\n## Unreleased\n", now: new Date() }
const sentencesAfter = (change: (contracts: Loose) => void) => {
  const changed = structuredClone(current)
  change(changed)
  return compareContracts(current, changed, announced).filter(({ verdict }) => verdict === "breaking")
}

describe("on the contracts as they are", () => {
  it("comparing them with themselves is silent", () => {
    expect(compareContracts(current, structuredClone(current), announced)).toEqual([])
  })

  it("every version of every event is guarded", () => {
    const keys: Array<string> = []
    const breaks = sentencesAfter(({ asyncapi }) => {
      for (const [key, schema] of Object.entries<Loose>(asyncapi.components.schemas)) {
        // Some have no data at all, so nothing can be taken away.
        if (!/\.v\d+\.data$/.test(key) || schema.properties === undefined) continue
        keys.push(key.replace(/\.v(\d+)\.data$/, " version $1"))
        schema.required = ["brandNew"]
        schema.properties = { brandNew: { type: "string" } }
      }
    })
    expect(keys.length).toBeGreaterThan(40)
    const told = new Set(breaks.map(({ sentence }) => sentence.split(":")[0]))
    expect(keys.filter((key) => !told.has(key))).toEqual([])
    expect(new Set(breaks.map(({ who }) => who))).toEqual(new Set(["subscribers of events"]))
  })

  it("a field may be added to every version of every event, also where it had no data", () => {
    let events = 0
    const breaks = sentencesAfter(({ asyncapi }) => {
      for (const [key, schema] of Object.entries<Loose>(asyncapi.components.schemas)) {
        if (!/\.v\d+\.data$/.test(key)) continue
        events += 1
        schema.properties = { ...schema.properties, brandNew: { type: "string" } }
        schema.type = "object"
        delete schema.not
      }
    })
    expect(events).toBeGreaterThan(70)
    expect(breaks.map(({ sentence }) => sentence)).toEqual([])
  })

  it("a version of an event may not become narrower: such events are stored", () => {
    const breaks = sentencesAfter(({ asyncapi }) => {
      asyncapi.components.schemas["session.opened.v1.data"].properties.taskId = { type: "null" }
    })
    expect(breaks.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/^session\.opened version 1: data\.taskId is null, was text or null; .*stored.*new version/)
    ])
  })

  it("every command is guarded, on NATS and over HTTP", () => {
    const names: Array<string> = []
    const breaks = sentencesAfter(({ asyncapi, openapi }) => {
      for (const [key, schema] of Object.entries<Loose>(asyncapi.components.schemas)) {
        if (!key.startsWith("command.")) continue
        names.push(`the command ${key.slice("command.".length)}`)
        schema.required = [...(schema.required ?? []), "brandNew"]
        schema.properties = { ...schema.properties, brandNew: { type: "string" } }
      }
      for (const path of Object.values<Loose>(openapi.paths))
        for (const operation of Object.values<Loose>(path))
          operation.parameters.push({ name: "brandNew", in: "query", required: true, schema: { type: "string" } })
    })
    const of = (who: string) => breaks.filter((one) => one.who === who).map(({ sentence }) => sentence)
    expect(names).toHaveLength(commands.length)
    for (const command of names)
      expect(of("publishers of commands")).toContainEqual(
        expect.stringMatching(new RegExp(`^${command}: brandNew is new and required`))
      )
    const routes = Object.values(current.openapi.paths).flatMap((path) => Object.keys(path))
    expect(of("callers over HTTP")).toHaveLength(routes.length)
  })

  it("every command is known by its route, with which it may go", () => {
    const ids = Object.values(current.openapi.paths).flatMap((path) =>
      Object.values(path).map(({ operationId = "" }) => operationId)
    )
    expect(ids.map(commandOf)).toEqual(expect.arrayContaining(commands.map(({ name }) => name)))
  })

  it("a second version without an entry in the changelog does not pass, with one it does", () => {
    const before = structuredClone(current) as Loose
    const newest = "approval.requested.v2"
    delete before.asyncapi.channels["evt.approval.requested"].messages[newest]
    const operation = before.asyncapi.operations["receive.approval.requested"]
    operation.messages = operation.messages.filter(({ $ref }: Loose) => !$ref.endsWith(newest))
    const verdicts = (changelog: string) =>
      compareContracts(before, current, { ...announced, changelog }).map(
        ({ verdict, sentence }) => `${verdict}: ${sentence}`
      )
    expect(verdicts(announced.changelog)).toEqual([
      expect.stringMatching(
        /^breaking: approval\.requested: version 2 is new, and the changelog does not tell; .*`approval\.requested` version 2$/
      )
    ])
    expect(verdicts("## Unreleased\n\n- `approval.requested` version 2")).toEqual([
      "free: approval.requested: version 2 is new"
    ])
  })
})

describe("a release", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-released-"))
  const url = pathToFileURL(`${folder}/`)
  afterAll(() => rmSync(folder, { recursive: true }))

  it(
    "keeps the contracts as they are, and refuses to keep what breaks",
    () => {
      expect(release(url)).toEqual([])
      expect(readdirSync(folder).sort()).toEqual(["asyncapi.yaml", "openapi.yaml"])
      expect(changesSinceRelease(url)).toEqual([])

      const file = join(folder, "openapi.yaml")
      const more = readFileSync(file, "utf8").replace(
        "\npaths:\n",
        "\npaths:\n  /v1/bygone:\n    get: { responses: {} }\n"
      )
      writeFileSync(file, more)
      expect(() => release(url)).toThrow("- GET /v1/bygone: the route is gone")
      expect(readFileSync(file, "utf8")).toBe(more)
    },
    PATIENCE
  )
})
