import { Pool } from "undici"
import type { Figure, Size } from "../figure.ts"
import { sampleActor, sampleTenant } from "../ground/sample.command.ts"
import { makeStage } from "../ground/stage.services.ts"
import { startReaders } from "../ground/stream.readers.ts"
import { metric, until } from "../measure/metrics.ts"
import { alternate } from "../measure/rounds.ts"
import { percentile } from "../measure/statistics.ts"
import { atSteadyRate } from "../measure/steady-rate.ts"

const readers = 500
const perSecond = 30
/** Of these only the reader that may be stuck wants to know: enough of them to fill all its buffers in some seconds. */
const large = { perSecond: 60, characters: 14_000 }

/** How late 499 readers of the stream of events hear of something while the five-hundredth takes nothing, and while it does. */
export const sse: Figure = {
  name: "sse",
  question: `p99 of ${readers - 1} readers of the event stream beside one that is stuck, against none that is`,
  keys: ["sse_stuck_vs_none"],
  run: async (ground, size) => {
    const stage = await makeStage(ground)
    try {
      const [api] = await Promise.all([stage.run("api"), stage.run("outbox-relay")])
      const claims = { tenant: sampleTenant, sub: sampleActor.id, kind: sampleActor.kind, roles: sampleActor.roles }
      const token = await stage.stack.issuer.sign({ ...claims, scope: "*" }, "1h")
      const halves: Record<string, Array<number>> = { none: [], stuck: [] }
      const p99 = (stuck: boolean) => async (): Promise<number> => {
        const ages = await agesAt({ url: api.url, token, stuck }, size)
        halves[stuck ? "stuck" : "none"]?.push(percentile(ages, 0.5))
        return percentile(ages, 0.99)
      }
      const unit = "ms"
      const rounds = await alternate(
        [
          { key: "sse_p99_none_stuck", what: "event stream p99, all readers well", unit, measure: p99(false) },
          { key: "sse_p99_one_stuck", what: "event stream p99 of the others, one is stuck", unit, measure: p99(true) }
        ],
        // A p99 of some hundred events is the fifth worst of them: it takes more rounds to tell a cost from chance.
        2 * size.rounds - 1,
        ground.say
      )
      const p50 = (key: string, what: string) => ({ what, value: percentile(halves[key] ?? [], 0.5), unit })
      const cutOff = await metric(`${api.url}/metrics`, "sluice_feed_ended_total")
      return {
        wanted: { sse_stuck_vs_none: rounds.ratio("sse_p99_one_stuck", "sse_p99_none_stuck") },
        absolute: {
          ...rounds.absolute,
          sse_p50_none_stuck: p50("none", "event stream p50, all readers well"),
          sse_p50_one_stuck: p50("stuck", "event stream p50 of the others, one is stuck"),
          sse_cut_off: { what: "stuck readers cut off meanwhile", value: cutOff, unit: "readers" }
        }
      }
    } finally {
      await stage.close()
    }
  }
}

interface Asked {
  readonly url: string
  readonly token: string
  readonly stuck: boolean
}

/** Milliseconds from each event to each of the readers but the last one. */
const agesAt = async ({ url, token, stuck }: Asked, size: Size): Promise<ReadonlyArray<number>> => {
  await until(
    "the readers of before to be gone",
    async () => (await metric(`${url}/metrics`, "sluice_feed_readers")) === 0
  )
  const streams = await startReaders({ url, token, readers, query: "type=approval.requested", stuck })
  const pool = new Pool(url, { connections: 16, pipelining: 1 })
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
    const answer = await pool.request({ method: "POST", path, headers, body: JSON.stringify(body) })
    await answer.body.dump()
    if (answer.statusCode !== 201) throw new Error(`${path} answered ${answer.statusCode}`)
  }
  const approval = { subject: { type: "custom", id: "bench" }, required: [{ roles: ["engineer"], count: 1 }] }
  const session = { role: "engineer", metadata: { text: "x".repeat(large.characters) } }
  const agesOf = async (seconds: number): Promise<ReadonlyArray<number>> => {
    const [small] = await Promise.all([
      atSteadyRate(seconds, perSecond, () => post("/v1/approvals", approval)),
      atSteadyRate(seconds, large.perSecond, () => post("/v1/sessions", session))
    ])
    const ages: Array<number> = []
    await until("every event to be received", async () => {
      for (const age of await streams.take()) ages.push(age)
      return ages.length >= small.length * (readers - 1)
    })
    return ages
  }
  try {
    await agesOf(2 * size.warmUpSeconds)
    return await agesOf(size.endToEndSeconds)
  } finally {
    await pool.close()
    await streams.stop()
  }
}
