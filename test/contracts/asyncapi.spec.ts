import { readFileSync } from "node:fs"
import { type AsyncAPIDocumentInterface, Parser } from "@asyncapi/parser"
import { commands } from "@sluice/contracts/command/command.catalog"
import { cloudEventType } from "@sluice/contracts/event/event.cloud-event"
import { eventVersions } from "@sluice/contracts/event/event.registry"
import { Ajv } from "ajv"
import formats from "ajv-formats"
import { expect, it } from "vitest"

/** The file as a stranger reads it, with public tools. */
const text = readFileSync(new URL("../../contracts/asyncapi.yaml", import.meta.url), "utf8")
const { document: parsed, diagnostics } = await new Parser().parse(text)
const document = parsed as AsyncAPIDocumentInterface

const operation = (id: string) => {
  const found = document.operations().get(id)
  if (found === undefined) throw new Error(`No operation ${id}`)
  return found
}

it("is AsyncAPI 3.0 that the parser finds nothing to say about, but that there is a later version", () => {
  expect(diagnostics.map(({ code, message, path }) => ({ code, message, path }))).toEqual([
    { code: "asyncapi-latest-version", message: expect.stringContaining("3.1.0"), path: ["asyncapi"] }
  ])
  expect(document.version()).toBe("3.0.0")
  expect(document.defaultContentType()).toBe("application/json")
})

it("a server is reached with an nkey, a command carries a token", () => {
  const schemes = document.servers().get("nats")?.security() ?? []
  expect(schemes.flatMap((one) => one.all().map((two) => two.scheme().type()))).toEqual(["asymmetricEncryption"])
  for (const { name } of commands)
    for (const id of [`send.${name}`, `queue.${name}`]) {
      const [scheme] = operation(id)
        .security()
        .flatMap((one) => one.all().map((two) => two.scheme()))
      expect([scheme?.type(), scheme?.scheme(), scheme?.bearerFormat()]).toEqual(["http", "bearer", "JWT"])
    }
})

it("every version of every event is a message with name, title, description, and a sample that once went over the wire", () => {
  for (const { type, schemaVersion } of eventVersions) {
    const receive = operation(`receive.${type}`)
    expect(receive.action()).toBe("receive")
    const [channel] = receive.channels().all()
    expect(channel?.address()).toBe(`evt.{tenant}.${type}.{partition}`)
    expect(
      channel
        ?.parameters()
        .all()
        .map((one) => one.id())
        .sort()
    ).toEqual(["partition", "tenant"])
    const message = receive
      .messages()
      .all()
      .find((one) => one.name() === cloudEventType(type, schemaVersion))
    expect(message?.title(), type).toBeTruthy()
    expect(message?.description(), type).toMatch(/^[A-Z8].{15,}[.]$/s)
    expect(message?.contentType()).toBe("application/cloudevents+json")
    expect(message?.hasHeaders()).toBe(true)
    expect(message?.examples().all()[0]?.payload()).toMatchObject({ type: message?.name() })
  }
  const told = document
    .allMessages()
    .all()
    .filter((one) => one.name()?.startsWith("sluice."))
  expect(new Set(told.map((one) => one.id())).size).toBe(eventVersions.length)
})

it("a schema taken out of the document is one to validate with", () => {
  const ajv = new Ajv({ strict: false })
  formats.default(ajv)
  const taken = document
    .allMessages()
    .all()
    .filter((one) => one.name()?.startsWith("sluice."))
  for (const message of new Map(taken.map((one) => [one.id(), one])).values()) {
    const fits = ajv.compile(message.payload()?.json() as object)
    const sample = message.examples().all()[0]?.payload() as { readonly data: object }
    expect(fits(sample), message.id()).toBe(true)
    expect(fits({ ...sample, type: "sluice.session.sneezed.v1" }), message.id()).toBe(false)
    expect(fits({ ...sample, data: null }), message.id()).toBe(false)
  }
})

it("every command can be sent with a reply, or queued, and says how it may be refused", () => {
  expect(commands.length).toBeGreaterThan(50)
  for (const { name } of commands) {
    const send = operation(`send.${name}`)
    expect([send.action(), send.channels().all()[0]?.address()]).toEqual(["send", `cmd.{tenant}.${name}`])
    expect(send.bindings().get("nats")?.value()).toMatchObject({ queue: "commands" })
    const replies = send.reply()?.channel()?.messages().all() ?? []
    expect(replies.map((one) => [one.id(), one.contentType()])).toEqual([
      [`answer.${name}`, "application/json"],
      [`problem.${name}`, "application/problem+json"]
    ])
    expect(operation(`queue.${name}`).channels().all()[0]?.address()).toBe(`cmdq.{tenant}.${name}`)
    const refused = operation(`receive-refusal.${name}`)
    expect([refused.action(), refused.channels().all()[0]?.address()]).toEqual(["receive", `rej.{tenant}.${name}`])
    const [queued] = operation(`queue.${name}`).messages().all()
    const properties = queued?.headers()?.properties() ?? {}
    expect(Object.keys(properties)).toContain("Idempotency-Key")
    expect(queued?.headers()?.required()).toEqual(["Idempotency-Key"])
  }
})
