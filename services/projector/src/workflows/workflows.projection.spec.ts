import { randomUUID } from "node:crypto"
import { idOf } from "@sluice/contracts/event/event.stream-id"
import { expect, it } from "vitest"
import { projectorStage } from "../projector.spec-support.ts"
import { projector } from "../registry.ts"

const world = await projectorStage()
const running = world.start(projector)

const registered = (version: number, digest: string) => ({
  type: "workflow.version-registered",
  data: { name: "w", version, digest, description: `version ${version}`, phases: 1, tasks: 0 }
})
const document = { name: "w", phases: [{ order: 1, name: "Ä", id: "a", prompt: "one\ntwo\n" }] }
const recorded = (digest: string) => ({ type: "definition.recorded", data: { digest, document } })

it("shows workflows and documents as the fold of their events, at every step and after any replay", async () => {
  const workflow = `workflow-${randomUUID()}`
  const definitions = [`definition-${randomUUID()}`, `definition-${randomUUID()}`]
  for (const [index, definition] of definitions.entries()) {
    await world.append(definition, 0, [recorded(`digest ${index}`)])
    await world.append(workflow, index, [registered(index + 1, `digest ${index}`)])
    await world.settled()
    expect(await world.read("read_workflow", "acme", idOf(workflow))).toEqual(await world.folded(workflow))
    expect(await world.read("read_definition", "acme", idOf(workflow), null)).toMatchObject({
      version: index + 1,
      content: { name: "w", version: index + 1, digest: `digest ${index}`, document }
    })
  }
  expect(await world.read("read_definition", "acme", idOf(workflow), 1)).toMatchObject({
    version: 2,
    content: { version: 1, digest: "digest 0" }
  })
  expect(await world.read("read_definition", "acme", idOf(workflow), 3)).toEqual({ version: 2, content: null })
  expect(await world.read("read_definition", "other", idOf(workflow), 1)).toBeNull()

  const rows = () => world.admin`
    select id, version, view, fold, created_at from sluice.workflows
    union all select id, version, view, fold, created_at from sluice.definitions order by id`
  const before = await rows()
  expect(before).toHaveLength(3)
  await world.publish(await world.log(), { again: true })
  // Another event behind the repeats shows that they are through.
  await world.append(`definition-${randomUUID()}`, 0, [recorded("digest 2")])
  await world.settled()
  expect((await rows()).filter(({ id }) => before.some((row) => row.id === id))).toEqual(before)
})

it("builds equal rows from the log when everything is forgotten, and drift is found", async () => {
  await running.stop()
  const before = await world.admin`select * from sluice.workflows order by id`
  await world.admin`truncate sluice.workflows, sluice.definitions, sluice.audit, sluice.consumers, sluice.consumer_streams`
  const again = world.start(projector)
  await world.caughtUp(projector.name)
  expect(await world.admin`select * from sluice.workflows order by id`).toEqual(before)
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 0 })
  await again.stop()
  await world.admin`update sluice.definitions set view = jsonb_set(view, '{document, name}', '"x"') where view ->> 'digest' = 'digest 0'`
  await world.admin`update sluice.workflows set fold = '{"status": "none"}'`
  const { drift } = await world.verify()
  expect(drift.map(({ table }) => table).toSorted()).toEqual(["definitions", "workflows"])
})
