import { readdirSync, readFileSync } from "node:fs"
import { asyncApi } from "@sluice/contracts/asyncapi/asyncapi.document"
import { CloudEvent } from "@sluice/contracts/event/event.cloud-event"
import { eventVersions } from "@sluice/contracts/event/event.registry"
import { eventSubject } from "@sluice/contracts/event/event.subjects"
import { makeEventsValidator } from "@sluice/testing/events.validator"
import { Ajv } from "ajv"
import formats from "ajv-formats"
import { Result, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { mutations } from "./mutations.ts"

const golden = new URL("../../contracts/golden/", import.meta.url)
const read = (file: string): CloudEvent => JSON.parse(readFileSync(new URL(file, golden), "utf8"))
const samples = readdirSync(golden).filter((file) => file.endsWith(".json"))

/** `approval.requested.v1.asked-in-person.json` → `approval.requested.v1` */
const keyOf = (file: string): string => file.split(".").slice(0, 3).join(".")
const subjectOf = ({ tenant, subject }: CloudEvent, file: string): string =>
  eventSubject(tenant, file.split(".").slice(0, 2).join("."), subject)

/** Places that hold an ISO 8601 duration: no schema says what one is. */
const DURATION = /\/(after|expiresAfter|remindEvery): empty$/

const ajv = new Ajv({ allErrors: true })
formats.default(ajv)
ajv.addVocabulary(Object.keys(asyncApi()))
ajv.addSchema(asyncApi(), "asyncapi")
const schemaOf = (file: string) => ajv.compile({ $ref: `asyncapi#/components/schemas/${keyOf(file)}` })

describe("the schema of every version of every event, as it stands in the document", () => {
  it("has its samples", () => {
    expect(new Set(samples.map(keyOf))).toEqual(
      new Set(eventVersions.map((one) => `${one.type}.v${one.schemaVersion}`))
    )
  })

  it.each(samples)("%s fits", (file) => {
    const fits = schemaOf(file)
    expect(fits(read(file)), ajv.errorsText(fits.errors)).toBe(true)
  })

  it.each(samples)("%s, broken anywhere, is refused exactly where Sluice itself refuses to read it", (file) => {
    const sample = read(file)
    const [category, event, version] = keyOf(file).split(".")
    const one = eventVersions.find((v) => v.type === `${category}.${event}` && `v${v.schemaVersion}` === version)
    const decode = Schema.decodeUnknownResult(one?.schema as Schema.Codec<unknown, unknown>)
    const envelope = Schema.decodeUnknownResult(CloudEvent)
    const fits = schemaOf(file)
    let refused = 0
    for (const { what, value } of mutations(sample.data)) {
      const event = { ...sample, data: value }
      const reads = Result.isSuccess(envelope(event)) && Result.isSuccess(decode({ type: one?.type, data: value }))
      if (!DURATION.test(what)) expect(fits(event), what).toBe(reads)
      if (!reads) refused += 1
    }
    expect(refused).toBeGreaterThan(0)
  })

  it("the envelope is refused where Sluice refuses it, and where a type or subject is another's", () => {
    const file = "session.usage-recorded.v1.json"
    const fits = schemaOf(file)
    const decode = Schema.decodeUnknownResult(CloudEvent)
    const { data, ...envelope } = read(file)
    for (const { what, value } of mutations(envelope)) {
      const whole = typeof value === "object" && value !== null ? { ...value, data } : value
      const reads = Result.isSuccess(decode(whole))
      if (!reads) expect(fits(whole), what).toBe(false)
    }
    expect(fits({ ...envelope, data, later: 1 })).toBe(true)
    for (const wrong of [
      { type: "sluice.session.paused.v1" },
      { type: "sluice.session.usage-recorded.v2" },
      { subject: "approval-1" },
      { time: "yesterday" },
      { streamversion: 0 },
      { specversion: "0.3" }
    ])
      expect(fits({ ...envelope, data, ...wrong }), JSON.stringify(wrong)).toBe(false)
  })
})

describe("the validator of published events", () => {
  const validate = makeEventsValidator()

  it.each(samples)("finds nothing wrong with %s, as JSON or as bytes", (file) => {
    const sample = read(file)
    const subject = subjectOf(sample, file)
    expect(validate({ subject, data: sample })).toBeUndefined()
    expect(validate({ subject, data: new TextEncoder().encode(JSON.stringify(sample)) })).toBeUndefined()
  })

  it("says what is wrong", () => {
    const file = "session.opened.v1.json"
    const sample = read(file)
    const subject = subjectOf(sample, file)
    const { role: _, ...data } = sample.data
    expect(validate({ subject, data: { ...sample, data } })).toBe(
      `session.opened.v1 on ${subject}: /data must have required property 'role'`
    )
    expect(validate({ subject: "evt.acme.session.sneezed.1", data: sample })).toContain("is no channel of events")
    expect(validate({ subject: `${subject}.1`, data: sample })).toContain("is no channel of events")
    expect(validate({ subject: "evt.acme.session.opened.64", data: sample })).toContain("has no partition")
    expect(validate({ subject: subject.replace("acme", "beta"), data: sample })).toContain("is of the tenant acme")
    expect(validate({ subject, data: { ...sample, type: "sluice.session.paused.v1" } })).toContain("is no message on")
  })
})
