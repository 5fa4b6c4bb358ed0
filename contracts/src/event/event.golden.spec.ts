import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { toCloudEvent } from "./event.cloud-event.ts"
import { goldenFolder, goldenSamples } from "./event.golden.spec-support.ts"
import { decodeEvent, eventTypes, eventVersions, inNewestShape } from "./event.registry.ts"

const samples = goldenSamples()
const sampleOf = (file: string) => samples.find((sample) => sample.file === file)?.event as (typeof samples)[0]["event"]
const strictly = { onExcessProperty: "error" } as const

describe("golden samples", () => {
  it("there is one of every version of every event type", () => {
    const wanted = eventVersions.map(({ type, schemaVersion }) => `${type}.v${schemaVersion}.json`)
    expect(samples.map(({ file }) => file)).toEqual(expect.arrayContaining(wanted))
    expect(wanted.length).toBeGreaterThan(eventTypes.length)
  })

  it("none was edited, taken away or added without its line in SHA256SUMS", () => {
    const lines = readFileSync(new URL("SHA256SUMS", goldenFolder), "utf8").trim().split("\n")
    const promised = new Map(lines.map((line) => line.split("  ").reverse() as [string, string]))
    for (const { file } of samples) {
      const bytes = readFileSync(new URL(file, goldenFolder))
      const sum = createHash("sha256").update(bytes).digest("hex")
      expect.soft(promised.has(file), `${file} is new: add its line, \`sha256sum ${file} >> SHA256SUMS\``).toBe(true)
      if (promised.has(file))
        expect
          .soft(sum, `${file} was edited. Events like it are stored: undo it, and make a new version`)
          .toBe(promised.get(file))
      promised.delete(file)
    }
    expect([...promised.keys()], "were taken away, and events like them are stored").toEqual([])
  })

  it.each(samples)("$file still reads in the version of its time, and is written the same", ({ file, json, event }) => {
    const own = eventVersions.find((one) => one.type === event.type && one.schemaVersion === event.schemaVersion)
    if (own === undefined) throw new Error(`No such version: ${file}`)
    expect(file).toMatch(new RegExp(`^${event.type}\\.v${event.schemaVersion}(\\.[a-z-]+)?\\.json$`))
    const { type, data } = Schema.decodeUnknownSync(own.schema, strictly)({ type: event.type, data: event.data })
    expect(toCloudEvent({ ...event, type, data })).toEqual(json)
  })

  it.each(samples)("$file reads as today's shape", ({ event }) => {
    const now = eventTypes.find(({ type }) => type === event.type)
    if (now === undefined) throw new Error(`No such type: ${event.type}`)
    const read = decodeEvent(event)
    expect(Schema.decodeUnknownSync(now.schema, strictly)(read)).toEqual(read)
    const newest = inNewestShape(event)
    expect(newest).toEqual({ ...event, ...read, schemaVersion: now.schemaVersion })
    expect(inNewestShape(newest)).toEqual(newest)
    if (event.schemaVersion === now.schemaVersion) expect(newest).toEqual(event)
  })
})

describe("an approval that was requested under version 1", () => {
  it("was asked for by whom it names", () => {
    const event = sampleOf("approval.requested.v1.json")
    expect(event.metadata.actor.id).toBe("timer")
    expect(decodeEvent(event).data).toEqual(event.data)
    expect(event.data.requestedBy).toEqual({ kind: "agent", id: "agent-7", roles: ["pm"] })
  })

  it("was asked for by the actor of the envelope where it names nobody", () => {
    const event = sampleOf("approval.requested.v1.asked-in-person.json")
    expect(event.data).not.toHaveProperty("requestedBy")
    const requestedBy = { kind: "user", id: "mia", roles: ["manager", "pm"] }
    expect(decodeEvent(event).data).toEqual({ ...event.data, requestedBy })
  })

  it("is poison where it names nobody and the envelope's actor is none", () => {
    const event = sampleOf("approval.requested.v1.asked-in-person.json")
    const metadata = { actor: { ...event.metadata.actor, kind: "ghost" as never } }
    expect(() => decodeEvent({ ...event, metadata })).toThrow(
      /Data does not fit event type approval\.requested, version 2: .*requestedBy/s
    )
  })
})
