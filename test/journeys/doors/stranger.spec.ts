import { readFileSync } from "node:fs"
import { join } from "node:path"
import { jetstream } from "@nats-io/jetstream"
import { connect, headers, nkeyAuthenticator } from "@nats-io/transport-node"
import { Ajv } from "ajv"
import formats from "ajv-formats"
import { afterAll, expect, it } from "vitest"
import { parse } from "yaml"
import { journeyStack } from "../../support/journey.stack.ts"

/**
 * The path of somebody who has the AsyncAPI document, a key of their tenant's account and a token, and none of our code: from here on
 * down only public tools are used, and names are looked up in the document.
 */
const { stack, api } = await journeyStack()
const seed = readFileSync(join(stack.natsAccounts as string, "keys/tenant-acme.nk"))
const token = await stack.issuer.sign({ tenant: "acme", sub: "stranger", kind: "service", roles: [], scope: "*" }, "1h")

const document = parse(readFileSync(join(import.meta.dirname, "../../../contracts/asyncapi.yaml"), "utf8"))
const ajv = new Ajv({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema(document, "asyncapi")
const schemaOf = (message: string) => {
  const valid = ajv.compile({ $ref: `asyncapi#/components/messages/${message}/payload` })
  return (value: unknown) => (valid(value) ? [] : valid.errors)
}
const address = (channel: string): string => document.channels[channel].address.replace("{tenant}", "acme")

const nc = await connect({
  servers: stack.natsUrl,
  authenticator: nkeyAuthenticator(seed.subarray(0, seed.indexOf("\n")))
})
afterAll(() => nc.close())

it("reads the document, is answered, and sees what happened", async () => {
  const answer = await fetch(`${api}/v1/subscribers`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "stranger", types: ["session.*"] })
  })
  expect(answer.status).toBe(201)
  const subscriber = (await answer.json()) as { stream: string; durable: string; apiPrefix: string }

  const command = { body: { role: "pm", metadata: { from: "afar" } } }
  expect(schemaOf("cmd.session.open")(command)).toEqual([])
  const withToken = headers()
  withToken.set("Authorization", `Bearer ${token}`)
  const reply = await nc.request(address("cmd.session.open"), JSON.stringify(command), {
    timeout: 10_000,
    headers: withToken
  })
  const session = reply.json<{ id: string }>()
  expect([reply.headers?.get("Sluice-Status"), schemaOf("answer.session.open")(session)]).toEqual(["201", []])

  const consumer = await jetstream(nc, { apiPrefix: subscriber.apiPrefix }).consumers.get(
    subscriber.stream,
    subscriber.durable
  )
  const message = await consumer.next({ expires: 20_000 })
  const event = message?.json<{ type: string; subject: string; data: { role?: unknown } }>()
  message?.ack()
  expect(message?.subject).toMatch(
    new RegExp(`^${address("evt.session.opened").replaceAll(".", "\\.").replace("{partition}", "\\d+")}$`)
  )
  expect(event).toMatchObject({
    type: "sluice.session.opened.v1",
    subject: `session-${session.id}`,
    data: { role: "pm" }
  })
  expect(schemaOf("session.opened.v1")(event)).toEqual([])
  expect(schemaOf("session.opened.v1")({ ...event, data: { ...event?.data, role: 7 } })).not.toEqual([])
})

it("is told what is wrong with a command, as the document says", async () => {
  const withToken = headers()
  withToken.set("Authorization", `Bearer ${token}`)
  const reply = await nc.request(address("cmd.session.open"), JSON.stringify({ body: { role: 7, colour: "red" } }), {
    timeout: 10_000,
    headers: withToken
  })
  const problem = reply.json<{ errors: ReadonlyArray<{ pointer: string }> }>()
  expect([reply.headers?.get("Sluice-Status"), schemaOf("problem.session.open")(problem)]).toEqual(["422", []])
  expect(problem.errors.map(({ pointer }) => pointer).sort()).toEqual(["/colour", "/role"])
})
