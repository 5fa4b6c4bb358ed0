import { randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import postgres from "postgres"

export interface WriterOptions {
  /** As the API's role. */
  readonly databaseUrl: string
  /** Whose streams the events go to; most are the first one's. */
  readonly tenants: readonly [string, ...ReadonlyArray<string>]
  readonly connections: number
  /** Commands per transaction. */
  readonly batch: number
  readonly perSecond: number
}

const STREAMS = 40
/** Milliseconds that a transaction stays open at most after it has its positions: the later one often commits first. */
const HESITATION = 25

/**
 * Commands as fast as asked from several connections at once, through the one function that appends. Each transaction
 * hesitates between append and commit, so that positions become visible out of order all the time.
 */
export const writeUntilStopped = ({ databaseUrl, tenants, connections, batch, perSecond }: WriterOptions) => {
  let stopped = false
  let written = 0
  let outOfOrder = 0
  let highest = 0
  const started = performance.now()

  const connection = async (): Promise<void> => {
    const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
    const streams = Array.from({ length: STREAMS }, (_, index) => ({
      tenant: tenants[index % 10 < tenants.length ? index % 10 : 0] as string,
      id: `session-${randomUUID()}`,
      version: 0
    }))
    let next = 0
    while (!stopped) {
      const commands = Array.from({ length: batch }, () => {
        const stream = streams[next++ % STREAMS] as (typeof streams)[number]
        return {
          id: randomUUID(),
          tenant: stream.tenant,
          keys: [],
          streams: [[stream.id, stream.version++]],
          events: [eventAt(stream.version)]
        }
      })
      await sql.begin(async (transaction) => {
        const [row] = await transaction<{ answer: { refused: ReadonlyArray<unknown> } }[]>`
          select sluice.append(${transaction.json(commands)}) as answer`
        if (row?.answer.refused.length !== 0) throw new Error(`refused: ${JSON.stringify(row)}`)
        const [own] = await transaction<
          { position: string }[]
        >`select currval('sluice.events_position_seq') as position`
        await sleep(Math.random() * HESITATION)
        if (Number(own?.position) < highest) outOfOrder += 1
        highest = Math.max(highest, Number(own?.position))
      })
      written += batch
      const early = (written / perSecond) * 1000 - (performance.now() - started)
      if (early > 0) await sleep(early)
    }
    await sql.end()
  }

  const running = Promise.all(Array.from({ length: connections }, connection))
  return {
    written: () => written,
    /** Ends; answers how many commands per second there were, and how many transactions committed after a later one. */
    stop: async () => {
      stopped = true
      await running
      return { written, perSecond: written / ((performance.now() - started) / 1000), outOfOrder }
    }
  }
}

const metadata = () => ({
  actor: { kind: "service", id: "writer", roles: [] },
  correlationId: randomUUID(),
  causationId: randomUUID()
})

const eventAt = (version: number) => {
  const opened = { role: "pm", taskId: null, metadata: { note: "ü € 😀", numbers: [1, 2.5, 1e21] } }
  const [type, data] =
    version === 1
      ? ["session.opened", opened]
      : version % 2 === 0
        ? ["session.activated", { reason: null }]
        : ["session.paused", { reason: "turn" }]
  return [0, randomUUID(), type, 1, data, metadata()]
}
