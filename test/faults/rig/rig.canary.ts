import { type Client, makeClient, WrongAnswer } from "../load/load.client.ts"
import { httpDoor } from "../load/load.doors.ts"
import type { Journal, Journey } from "../load/load.journal.ts"
import type { Rig } from "./rig.ts"

/** How long the whole path took: milliseconds from the call. */
export interface Canary {
  /** Until a command was acknowledged. */
  readonly acknowledged: number
  /** Until its row could be read. */
  readonly readable: number
}

const READABLE_WITHIN = 60_000

/** Sends one command now and reads it back through relay and projector. Its session joins the journal. */
export const sendCanary = async (
  rig: Rig,
  journal: Journal,
  client: Client = makeClient(() => rig.api().map(httpDoor))
): Promise<Canary> => {
  const started = performance.now()
  const by = (rig.tenants[0] as Rig["tenants"][number]).asker
  const command = { by, key: `canary-${crypto.randomUUID()}`, method: "POST", path: "/v1/sessions" } as const
  const answer = await client.execute({ ...command, body: { role: "canary" } })
  const acknowledged = performance.now() - started
  const journey: Journey = {
    tenant: by.tenant,
    category: "session",
    id: String(answer.body.id),
    expected: ["session.opened"],
    acknowledged: [answer]
  }
  journal.journeys.push(journey)
  await readBack(rig, journey, by.token)
  return { acknowledged, readable: performance.now() - started }
}

const readBack = async (rig: Rig, { id }: Journey, token: string): Promise<void> => {
  const deadline = performance.now() + READABLE_WITHIN
  for (let turn = 0; ; turn++) {
    const urls = rig.api()
    const url = `${urls[turn % urls.length]}/v1/sessions/${id}?minVersion=1&wait=1s`
    const status = await fetch(url, { headers: { authorization: `Bearer ${token}` } }).then(
      async (answer) => {
        await answer.arrayBuffer()
        return answer.status
      },
      () => 0
    )
    if (status === 200) return
    if (performance.now() > deadline) {
      throw new WrongAnswer(`session ${id} cannot be read ${READABLE_WITHIN} ms after it was opened: status ${status}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
