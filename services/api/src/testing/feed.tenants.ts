import { registry } from "@sluice/telemetry/metrics"
import { expect, onTestFinished } from "vitest"
import type { runningApi } from "./api.running.ts"
import { openStream, type StreamAsk, type StreamReader } from "./stream.reader.ts"

/** Tenants of their own that open sessions and look at the feed of events, for specs of the feed. */
export const feedTenants = ({ call, token, url }: Awaited<ReturnType<typeof runningApi>>) => {
  let tenants = 0
  return async () => {
    const tenant = `t${++tenants}`
    const by = await token({ tenant })
    /** Answers the session's stream. */
    const open = async (metadata = {}) => {
      const { status, body } = await call("/v1/sessions", { json: { role: "pm", metadata }, token: by })
      expect(status).toBe(201)
      return `session-${body.id}`
    }
    const update = (subject: string, status: string) =>
      call(`/v1/sessions/${subject.slice("session-".length)}`, { method: "PUT", json: { status }, token: by })
    const stream = async (asked: Partial<StreamAsk> = {}) => {
      const reader = await openStream(url, { token: by, ...asked })
      onTestFinished(reader.close)
      return reader
    }
    const page = async (query = "") => (await call(`/v1/events?limit=1000&${query}`, { token: by })).body
    return { tenant, by, open, update, stream, page }
  }
}

export const subjectsOf = (reader: StreamReader) => reader.events().map(({ subject }) => subject)

/** What was said beside events. */
export const noticesOf = (reader: StreamReader) =>
  reader.messages
    .filter(({ event }) => event?.startsWith("sluice."))
    .map(({ event, data }) => ({ event, ...JSON.parse(data) }))

/** The value of a metric of the feed; 0 while it has none. */
export const feedMetric = async (name: string, reason?: string): Promise<number> => {
  const metric = await registry.getSingleMetric(name)?.get()
  return metric?.values.find(({ labels }) => labels.reason === reason)?.value ?? 0
}
