import { expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"

const { call } = await runningApi()

it("opens a session", async () => {
  const opened = await call("/v1/sessions", { json: { role: "pm", metadata: { test: "lifecycle" } } })
  expect(opened).toMatchObject({
    status: 201,
    headers: { etag: '"1"', location: `/v1/sessions/${opened.body.id}` },
    body: { role: "pm", status: "pending", metadata: { test: "lifecycle" }, version: 1, activatedAt: null }
  })
})
