import { workflowId } from "@sluice/contracts/workflow/workflow.ids"
import type { Journey } from "./load.journal.ts"
import { begin, type Guide, perform } from "./load.journeys.ts"
import type { Tenant } from "./load.people.ts"

/** Two phases, and a checkpoint between them that a manager has to pass. */
const WORKFLOW = {
  name: "load",
  phases: [
    {
      id: "A",
      name: "First",
      order: 1,
      checkpoint: { required: [{ roles: ["manager"], count: 1 }] },
      tasks: ["A1", "A2"].map((key) => ({ key, title: key }))
    },
    { id: "B", name: "Second", order: 2, tasks: [{ key: "B1", title: "B1", dependsOn: ["A2"] }] }
  ]
}

const registered = new WeakMap<Tenant, Promise<void>>()

/** Registers the workflow, once for each tenant. */
const register = async (guide: Guide): Promise<void> => {
  const { tenant, journal } = guide
  const { name } = WORKFLOW
  const id = workflowId(tenant.name, name)
  const ask = { by: tenant.asker, method: "PUT", path: `/v1/workflows/${name}`, body: WORKFLOW } as const
  const answer = await perform(guide, ask)
  const expected = ["workflow.version-registered"]
  journal.journeys.push({ tenant: tenant.name, category: "workflow", id, expected, acknowledged: [answer] })
}

const once = (guide: Guide): Promise<void> => {
  const known = registered.get(guide.tenant)
  if (known !== undefined) return known
  const registering = register(guide)
  registered.set(guide.tenant, registering)
  void registering.catch(() => registered.delete(guide.tenant))
  return registering
}

/** Starts a run, does its tasks, has its checkpoint reviewed and passed, and brings it to its end. */
export const runJourney = async (guide: Guide): Promise<void> => {
  const { random, turn, tenant, journal } = guide
  await turn()
  await once(guide)
  const body = { workflow: WORKFLOW.name, title: `run ${random.integer(0, 1_000_000)}` }
  const journey = await begin(guide, "run", "run.started", tenant.asker, body)
  const step = async (by: typeof tenant.asker, path: string, sent: object, ...events: ReadonlyArray<string>) => {
    await turn()
    const command = { by, method: "POST", path: `/v1/runs/${journey.id}/${path}`, body: { ...sent } } as const
    const answer = await perform(guide, command)
    journey.expected.push(...events.map((event) => `run.${event}`))
    journey.acknowledged.push(answer)
    return answer
  }
  await step(tenant.asker, "tasks/A1/start", {}, "phase-started", "task-started")
  await step(tenant.asker, "tasks/A1/complete", {}, "task-completed")
  const ended = await step(tenant.asker, "tasks/A2/complete", {}, "task-started", "task-completed", "checkpoint-opened")
  const [checkpoint] = ended.body.openCheckpoints as ReadonlyArray<{ readonly approvalId: string }>
  const asked: Journey = {
    tenant: tenant.name,
    category: "approval",
    id: checkpoint?.approvalId ?? "",
    expected: ["approval.requested"],
    acknowledged: []
  }
  journal.journeys.push(asked)
  if (random.integer(0, 2) === 0)
    await step(tenant.manager, "checkpoints/A", { verb: "review", comment: "looking" }, "checkpoint-reviewed")
  await step(tenant.manager, "checkpoints/A", { verb: "proceed" }, "checkpoint-confirmed")
  asked.expected.push("approval.decision-recorded", "approval.approved")
  const last = ["phase-completed", "phase-started", "task-started", "task-completed", "phase-completed", "completed"]
  await step(tenant.asker, "tasks/B1/complete", {}, ...last)
}
