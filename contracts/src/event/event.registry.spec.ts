import { it } from "@effect/vitest"
import { Schema } from "effect"
import { describe, expect } from "vitest"
import { Actor } from "../actor/actor.ts"
import { cloudEventType, parseCloudEventType } from "./event.cloud-event.ts"
import { decodeEvent, eventTypes, eventVersions, schemaVersionOf } from "./event.registry.ts"
import { eventSubject } from "./event.subjects.ts"

describe("every event type", () => {
  it.each(eventVersions)("$type, version $schemaVersion, has a name that the wire can carry", (version) => {
    const { type, category, schemaVersion } = version
    const name = cloudEventType(type, schemaVersion)
    expect(name).toMatch(/^sluice\.[a-z]+\.[a-z]+(-[a-z]+)*\.v[1-9]\d*$/)
    expect(parseCloudEventType(name)).toEqual({ type, schemaVersion })
    expect(eventSubject("acme", type, `${category}-1`).split(".")).toHaveLength(5)
    expect(schemaVersion).toBeLessThanOrEqual(schemaVersionOf(type))
  })

  it("is written in its newest version", () => {
    expect(eventTypes.map(({ type }) => type)).toEqual([...new Set(eventVersions.map(({ type }) => type))])
    for (const newest of eventTypes) {
      expect(newest).toBe(eventVersions.findLast(({ type }) => type === newest.type))
      expect(schemaVersionOf(newest.type)).toBe(newest.schemaVersion)
    }
    expect(schemaVersionOf("approval.requested")).toBe(2)
  })
})

const sent = (versions: typeof eventVersions) =>
  Schema.Union(
    versions.map(({ schemaVersion, schema }) =>
      Schema.Struct({ schemaVersion: Schema.Literal(schemaVersion), event: schema, actor: Actor })
    )
  )
const isNewest = ({ type, schemaVersion }: { type: string; schemaVersion: number }) =>
  schemaVersionOf(type) === schemaVersion
const older = eventVersions.filter((version) => !isNewest(version))

describe("an event of any version", () => {
  it.prop(
    "comes back from the wire as it went",
    [sent(eventVersions)],
    ([{ schemaVersion, event, actor }]) => {
      const { type } = event
      const data = JSON.parse(JSON.stringify(event.data))
      const own = eventVersions.find((one) => one.type === type && one.schemaVersion === schemaVersion)
      expect(Schema.decodeUnknownSync(own?.schema as never)({ type, data })).toEqual({ ...event, data })
      const read = decodeEvent({ type, schemaVersion, data, metadata: { actor } })
      if (isNewest({ type, schemaVersion })) expect(read).toEqual({ ...event, data })
      else expect(read.type).toBe(type)
    },
    { arbitrary: { runs: 1000 } }
  )

  it.prop(
    "reads as today's shape, and that shape reads as itself, whoever reads it",
    [sent(older), Actor],
    ([{ schemaVersion, event, actor }, reader]) => {
      const { type } = event
      const data = JSON.parse(JSON.stringify(event.data))
      const read = decodeEvent({ type, schemaVersion, data, metadata: { actor } })
      const again = { type, schemaVersion: schemaVersionOf(type), data: read.data, metadata: { actor: reader } }
      expect(decodeEvent(again)).toEqual(read)
      if (read.type === "approval.requested") expect(read.data.requestedBy).toEqual(data.requestedBy ?? actor)
    },
    { arbitrary: { runs: 300 } }
  )
})

describe("decodeEvent", () => {
  const metadata = { actor: { kind: "user", id: "ann", roles: [] } } as const
  const decode = (type: string, schemaVersion: number, data: unknown) =>
    decodeEvent({ type, schemaVersion, data, metadata })

  it("names a type that nobody knows", () =>
    expect(() => decode("session.sneezed", 1, {})).toThrow("Unknown event type: session.sneezed"))

  it("is not taken in by the names that objects have of themselves", () =>
    expect(() => decode("constructor", 1, {})).toThrow("Unknown event type: constructor"))

  it.each([2, 0, -1, 1.5, Number.NaN])("names a version that nobody knows: %d", (version) =>
    expect(() => decode("session.opened", version, {})).toThrow(
      `Unknown version of event type session.opened: ${version}`
    )
  )

  it("says what does not fit", () =>
    expect(() => decode("session.opened", 1, { role: 7 })).toThrow(
      /Data does not fit event type session\.opened, version 1: .*role/s
    ))

  it("holds an older version to that version's shape", () =>
    expect(() => decode("approval.requested", 1, { requestedBy: metadata.actor })).toThrow(
      /Data does not fit event type approval\.requested, version 1: .*subject/s
    ))

  it("drops keys that a later version may have added", () =>
    expect(decode("session.paused", 1, { reason: null, later: true })).toEqual({
      type: "session.paused",
      data: { reason: null }
    }))
})
