import { expect, it } from "vitest"
import { answering, startReceiver } from "../testing/receiver.ts"
import { until, webhooksStage } from "../testing/webhooks.stage.ts"

const world = await webhooksStage()
const receiver = await startReceiver()

const disabled = async (id: string) => {
  const rows = await world.admin<{ data: { reason: string; failingSince: string }; metadata: { actor: unknown } }[]>`
    select data, metadata from sluice.events where stream_id = ${`subscription-${id}`} and type = 'subscription.disabled'`
  return [...rows]
}

it("gives an endpoint up, once, that has failed for too long, whichever instances see it", async () => {
  receiver.behave("/failing", answering(500))
  const { id } = await world.endpoint(receiver.url("/failing"))
  const settings = { disableAfter: 300, schedule: Array.from({ length: 12 }, () => 0.1) }
  const engines = [world.start(settings), world.start(settings)]
  await world.deliver([id], 40)
  await until(async () => (await disabled(id)).length > 0)
  // Nobody hears the event here, and still nothing more is begun; what is under way ends.
  for (const engine of engines) await engine.stop()
  const [event, ...more] = await disabled(id)
  expect(more).toEqual([])
  const [row] = await world.admin<{ since: string }[]>`
    select to_char(failing_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since
    from sluice.webhook_endpoints where subscription_id = ${id}`
  expect(event).toMatchObject({
    data: { reason: "failing", failingSince: row?.since },
    metadata: { actor: { kind: "system", id: "notification", roles: [] } }
  })
  const deliveries = await world.deliveries(id)
  expect(deliveries).toHaveLength(40)
  for (const { id: delivery, attempts } of deliveries) expect(await world.attempts(delivery)).toHaveLength(attempts)
  const posts = receiver.received("/failing").length
  expect(posts).toBe(deliveries.reduce((sum, { attempts }) => sum + attempts, 0))
  expect(posts).toBeLessThan(40 * 13)
})

it("gives an endpoint up at once that says it is gone", async () => {
  receiver.behave("/gone", answering(410, "moved away"))
  const { id } = await world.endpoint(receiver.url("/gone"))
  const engine = world.start({ schedule: [] })
  const [delivery = ""] = (await world.deliver([id])).get(id) ?? []
  await world.allEnded(id)
  await engine.stop()
  expect((await disabled(id)).map(({ data }) => data.reason)).toEqual(["gone"])
  // Before anybody has heard of the event.
  expect(await world.admin`select status from sluice.webhook_endpoints where subscription_id = ${id}`).toEqual([
    { status: "disabled" }
  ])
  expect(await world.attempts(delivery)).toMatchObject([
    { outcome: "refused", responseStatus: 410, answer: "moved away" }
  ])
})

it("keeps an endpoint on which anything arrives", async () => {
  receiver.behave("/half", (response, { before }) => response.writeHead(before % 3 === 0 ? 204 : 500).end())
  const { id } = await world.endpoint(receiver.url("/half"))
  const engine = world.start({ disableAfter: 600, schedule: Array.from({ length: 10 }, () => 0.1), perEndpoint: 1 })
  for (let round = 0; round < 6; round++) {
    await world.deliver([id], 3)
    await world.allEnded(id)
  }
  await engine.stop()
  expect(await disabled(id)).toEqual([])
})

it("stores neither the failure nor the event where one of them cannot be", async () => {
  receiver.behave("/torn", answering(410))
  const { id } = await world.endpoint(receiver.url("/torn"))
  // The stream cannot be appended to.
  await world.admin.unsafe(`
    create function sluice.refuse() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$;
    create trigger refuse before insert on sluice.events for each row when (new.type = 'subscription.disabled')
      execute function sluice.refuse()`)
  const engine = world.start({ schedule: [], lease: 3_000, timeout: 500 })
  const [delivery = ""] = (await world.deliver([id])).get(id) ?? []
  await until(() => receiver.received("/torn").length > 0)
  // The attempt's outcome was dropped; the lease's end says that nobody knows it.
  await until(async () => (await world.attempts(delivery)).length > 0)
  await engine.stop()
  expect(await world.attempts(delivery)).toMatchObject([{ outcome: "unknown" }])
  expect(await disabled(id)).toEqual([])
  await world.admin.unsafe("drop trigger refuse on sluice.events; drop function sluice.refuse()")
})
