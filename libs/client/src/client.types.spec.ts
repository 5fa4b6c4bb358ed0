import { expectTypeOf, it } from "vitest"
import { createClient } from "./client.create.ts"
import type { ChangeOptions, CommandOptions } from "./client.options.ts"
import type { Client } from "./client.types.ts"
import type { SluiceEvent } from "./event.types.ts"

const { sessions, runs, audit, events, billing, subscribers, workflows } = createClient({
  url: "http://localhost",
  token: ""
})

it("calls take what the wire takes: JSON, with times as text", () => {
  type Usage = Parameters<typeof sessions.recordUsage>[0]["payload"]
  expectTypeOf<Usage["at"]>().toEqualTypeOf<string>()
  type Query = NonNullable<NonNullable<Parameters<typeof audit.list>[0]>["query"]>
  expectTypeOf<Query["from"]>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Parameters<typeof billing.readPrices>[0]["params"]["version"]>().toEqualTypeOf<string | number>()
  expectTypeOf<string>().toExtend<Parameters<typeof workflows.register>[0]["payload"]>()
})

it("what may be left out may be left out, and nothing else", () => {
  expectTypeOf<[]>().toExtend<Parameters<typeof sessions.list>>()
  expectTypeOf<[]>().not.toExtend<Parameters<typeof sessions.open>>()
  expectTypeOf<[{ params: { id: string } }]>().toExtend<Parameters<typeof runs.pause>>()
  expectTypeOf<[{ params: { id: string } }]>().not.toExtend<Parameters<typeof sessions.recordUsage>>()
})

it("keys are for commands, versions for those on something that exists", () => {
  expectTypeOf<Parameters<typeof sessions.open>[1]>().toEqualTypeOf<CommandOptions | undefined>()
  expectTypeOf<Parameters<typeof sessions.update>[1]>().toEqualTypeOf<ChangeOptions | undefined>()
  expectTypeOf<Parameters<typeof sessions.list>[1]>().not.toExtend<CommandOptions["idempotencyKey"]>()
  expectTypeOf<NonNullable<Parameters<typeof sessions.list>[1]>>().not.toHaveProperty("idempotencyKey")
})

it("answers have the body of a success; streams are no calls", () => {
  type Body<M extends (...args: never) => Promise<{ readonly body: unknown }>> = Awaited<ReturnType<M>>["body"]
  expectTypeOf<Body<typeof sessions.open>["createdAt"]>().toEqualTypeOf<string>()
  expectTypeOf<Body<typeof sessions.list>["nextCursor"]>().toEqualTypeOf<string | null>()
  expectTypeOf<Body<typeof events.list>>().toBeObject()
  expectTypeOf<Body<typeof subscribers.remove>>().toEqualTypeOf<undefined>()
  expectTypeOf<Client["events"]>().not.toHaveProperty("stream")
})

it("a pattern stands for its events", () => {
  expectTypeOf<SluiceEvent<"session.opened">["data"]["role"]>().toEqualTypeOf<string>()
  expectTypeOf<SluiceEvent<"budget.*" | "run.paused">["type"]>().toExtend<`budget.${string}` | "run.paused">()
  expectTypeOf<"run.paused">().toExtend<SluiceEvent["type"]>()
})
