import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import type { DomainEvent } from "./event.envelope.ts"
import type { Upcast } from "./event.upcast.ts"
import { decoderOf, versionsOf } from "./event.versions.ts"

const shape = (fields: Schema.Struct.Fields, type = "door.opened") =>
  Schema.Struct({ type: Schema.tag(type), data: Schema.Struct(fields) }) as unknown as Schema.Codec<
    DomainEvent,
    unknown
  >
const newest = {
  "door.opened": shape({ by: Schema.String, width: Schema.Int, steps: Schema.String }),
  "door.shut": shape({}, "door.shut")
}
/** Each adds its version to `steps`, so that the way is seen. */
const step = (from: number, type = "door.opened"): Upcast => ({
  type,
  from,
  schema: shape(from === 1 ? { steps: Schema.String } : { steps: Schema.String, width: Schema.Int }, type),
  upcast: ({ steps }, { actor }) =>
    from === 1 ? { width: 90, steps: `${steps}1` } : { width: 90, by: actor.id, steps: `${steps}${from}` }
})
const metadata = { actor: { kind: "user", id: "ann", roles: [] } } as const

describe("versionsOf", () => {
  it("counts a version for every upcast, and one for the newest shape", () => {
    const { all, newest: today } = versionsOf(newest, [step(1), step(2)])
    const named = (versions: typeof all) => versions.map(({ type, schemaVersion }) => `${type} ${schemaVersion}`)
    expect(named(all)).toEqual(["door.opened 1", "door.opened 2", "door.opened 3", "door.shut 1"])
    expect(named(today)).toEqual(["door.opened 3", "door.shut 1"])
  })

  it.each([
    ["the first", [step(2)], "Upcast 1 of door.opened reads version 2: want 1"],
    ["one between", [step(1), step(3)], "Upcast 2 of door.opened reads version 3: want 2"],
    ["none, but one is there twice", [step(1), step(1)], "Upcast 2 of door.opened reads version 1: want 2"],
    ["the event type", [step(1, "door.slammed")], "There is an upcast of door.slammed, and no such event type"]
  ])("refuses a chain that lacks %s", (_, upcasts, message) =>
    expect(() => versionsOf(newest, upcasts)).toThrow(message)
  )
})

describe("decoderOf", () => {
  const upcasts = [step(1), step(2)]
  const { decode, newestOf } = decoderOf(versionsOf(newest, upcasts), upcasts)

  it.each([
    [1, { steps: "" }, "12"],
    [2, { steps: "", width: 80 }, "2"],
    [3, { steps: "", width: 70, by: "ann" }, ""]
  ])("takes version %d every step of the way to the newest, and no other", (schemaVersion, data, steps) =>
    expect(decode({ type: "door.opened", schemaVersion, data, metadata })).toMatchObject({
      type: "door.opened",
      data: { by: "ann", steps }
    })
  )

  it("knows the newest version", () => expect([newestOf("door.opened"), newestOf("door.shut")]).toEqual([3, 1]))
})
