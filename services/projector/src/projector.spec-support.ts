import { randomUUID } from "node:crypto"
import { approvalReadModel } from "@sluice/approval/approval.read-model"
import { type Fact, type JsonObject, toFact } from "@sluice/contracts/event/event.envelope"
import { categoryOf, idOf } from "@sluice/contracts/event/event.stream-id"
import { makePool, Postgres } from "@sluice/postgres"
import { type ReadModel, verifyReadModels } from "@sluice/projection"
import { type NewEvent, stage } from "@sluice/projection/consumer.spec-support"
import { runReadModel } from "@sluice/run/run.read-model"
import { sessionReadModel } from "@sluice/session/session.read-model"
import { definitionReadModel } from "@sluice/workflow/definition.read-model"
import { workflowReadModel } from "@sluice/workflow/workflow.read-model"
import { Effect, Redacted } from "effect"
import { afterAll } from "vitest"
import { projector } from "./registry.ts"

/** Every read model that is the fold of streams, as `verify` and `rebuild` take them. */
// biome-ignore lint/suspicious/noExplicitAny: each model has a state of its own
export const models: ReadonlyArray<ReadModel<any>> = [
  sessionReadModel,
  approvalReadModel,
  workflowReadModel,
  definitionReadModel,
  runReadModel
]

/** A stage with the projector's read models on it, read as the API and verified as the operator does it. */
export const projectorStage = async () => {
  const world = await stage()
  const api = makePool({ url: Redacted.make(world.database.urlFor("sluice_api")), applicationName: "spec-api", max: 2 })
  afterAll(() => api.end({ timeout: 1 }))

  /** The answer of a read function, for example `read("read_session", "acme", id)`. */
  const read = async (
    name: string,
    ...args: ReadonlyArray<string | number | boolean | null | ReadonlyArray<string>>
  ) => {
    const values = args.map((_, index) => `$${index + 1}`).join(", ")
    const [row] = await api.unsafe<{ answer: never }[]>(`select sluice.${name}(${values}) as answer`, args as never)
    return row?.answer as unknown
  }

  /** What the events of a stream add up to, by the fold alone. */
  const folded = async (streamId: string): Promise<JsonObject | undefined> => {
    const model = models.find(({ category }) => category === categoryOf(streamId))
    const events = (await world.log()).filter((event) => event.streamId === streamId).map(projector.decode)
    const state = events.reduce((state, event) => model?.evolve(state, toFact(event) as Fact<never>), model?.initial)
    return model?.toRow(idOf(streamId), state)?.view
  }

  const verify = () =>
    Effect.runPromise(
      verifyReadModels({
        consumer: projector.name,
        models,
        decode: projector.decode,
        audit: true
      }).pipe(
        Effect.provide(
          Postgres.layer({
            url: Redacted.make(world.database.urlFor("sluice_operator")),
            applicationName: "spec-verify"
          })
        )
      )
    )

  /** Everything published and projected. */
  const settled = async () => {
    await world.relay()
    await world.caughtUp(projector.name)
  }
  return { ...world, api, folded, read, settled, verify }
}

export const newSession = (): string => `session-${randomUUID()}`
export const newApproval = (): string => `approval-${randomUUID()}`
export const opened = (role = "pm"): NewEvent => ({
  type: "session.opened",
  data: { role, taskId: null, metadata: { test: role, nested: { b: 1.5, a: [null, "ü"] } } }
})
export const became = (status: string): NewEvent => ({ type: `session.${status}`, data: { reason: null } })
export const requested = (
  required: ReadonlyArray<{ roles: string[]; count: number }>,
  rest: JsonObject = {}
): NewEvent => ({
  type: "approval.requested",
  data: {
    subject: { type: "custom", id: "thing" },
    required,
    preventSelfReview: true,
    reason: null,
    links: [],
    contentHash: null,
    expiresAt: null,
    escalation: { after: "PT4H", roles: ["boss"] },
    remindEvery: null,
    requestedBy: { kind: "user", id: "somebody", roles: ["pm"] },
    ...rest
  }
})
export const decided = (verdict: "approve" | "reject"): NewEvent => ({
  type: "approval.decision-recorded",
  data: { verdict, comment: "so", contentHash: null }
})
