import { asyncApi } from "@sluice/contracts/asyncapi/asyncapi.document"
import { type CommandEntry, commands } from "@sluice/contracts/command/command.catalog"
import { Ajv } from "ajv"
import formats from "ajv-formats"
import { Result, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { mutations } from "./mutations.ts"

const ajv = new Ajv({ allErrors: true })
formats.default(ajv)
ajv.addVocabulary(Object.keys(asyncApi()))
ajv.addSchema(asyncApi(), "asyncapi")

const messages = asyncApi().components.messages
const payloadOf = (name: string) => ajv.compile({ $ref: `asyncapi#/components/schemas/command.${name}` })
const headersOf = (key: string) => ajv.compile({ $ref: `asyncapi#/components/messages/${key}/headers` })
const sampleOf = (name: string) => messages[`cmd.${name}`]?.examples?.[0]?.payload as Message

interface Message {
  readonly params?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** The schema that the door itself decodes the body with. */
const bodyOf = ({ endpoint }: CommandEntry): Schema.Codec<unknown, unknown> | undefined =>
  endpoint.payload.get("application/json")?.schemas[0] as Schema.Codec<unknown, unknown> | undefined

const withBody = commands.flatMap((entry) => {
  const schema = bodyOf(entry)
  return schema === undefined ? [] : [{ name: entry.name, schema, params: sampleOf(entry.name).params }]
})

/** What Sluice refuses and no schema can say: rules across fields, and texts that must be read to be judged. */
const BEYOND_SCHEMAS: Readonly<Record<string, ReadonlyArray<string>>> = {
  "session.update": ["/status dropped"],
  "subscription.update": ["/active dropped"],
  "approval.request": ["/escalation/after: empty"],
  "preference.set-mine": ["/email dropped", "/email: null for string", "/timeZone: empty"],
  "preference.set-role": ["/email dropped", "/email: null for string", "/timeZone: empty"],
  "billing.publish-prices": ["/prices/0/price dropped"],
  "budget.update": ["/limit dropped"]
}

describe("the schema of every command, as it stands in the document", () => {
  it.each(commands)("$name takes its example, and nothing beside it", ({ name }) => {
    const fits = payloadOf(name)
    const sample = sampleOf(name)
    expect(fits(sample), ajv.errorsText(fits.errors)).toBe(true)
    expect(fits({ ...sample, later: 1 })).toBe(false)
    for (const parameter of Object.keys(sample.params ?? {})) {
      const { [parameter]: _, ...rest } = sample.params ?? {}
      expect(fits({ ...sample, params: rest }), parameter).toBe(false)
    }
    expect(fits({ ...sample, params: { ...sample.params, later: "1" } })).toBe(false)
  })

  it.each(withBody)("$name: a body broken anywhere is refused where Sluice refuses it", ({ name, schema, params }) => {
    const fits = payloadOf(name)
    const decode = Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })
    const { body = {} } = sampleOf(name)
    const verdicts = [...mutations(body), { what: "as it is", value: body }].map(({ what, value }) => ({
      what,
      schema: fits(params === undefined ? { body: value } : { params, body: value }),
      sluice: Result.isSuccess(decode(value))
    }))
    expect(verdicts.at(-1)).toEqual({ what: "as it is", schema: true, sluice: true })
    expect(verdicts.some(({ sluice }) => !sluice)).toBe(true)
    const [stricter, laxer] = [false, true].map((one) =>
      verdicts.filter((verdict) => verdict.schema === one && verdict.sluice !== one).map(({ what }) => what)
    )
    expect(stricter).toEqual([])
    expect(laxer).toEqual(BEYOND_SCHEMAS[name] ?? [])
  })
})

describe("headers of commands", () => {
  it.each(commands)("$name needs a token, and a key where it is queued", ({ name, endpoint }) => {
    const Authorization = "Bearer abc.def.ghi"
    const [request, queued] = [headersOf(`cmd.${name}`), headersOf(`cmdq.${name}`)]
    expect(request({ Authorization })).toBe(true)
    expect(request({})).toBe(false)
    expect(request({ Authorization: "abc" })).toBe(false)
    expect(queued({ Authorization })).toBe(false)
    expect(queued({ Authorization, "Idempotency-Key": "k" })).toBe(true)
    expect(queued({ Authorization, "Idempotency-Key": "" })).toBe(false)
    expect(request({ Authorization, "Idempotency-Key": "k".repeat(201) }), endpoint.path).toBe(false)
  })
})
