import { expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"

const { call } = await runningApi()

/** A workflow of so many tasks, as YAML; its last line is a fault. */
const large = (tasks: number): string => {
  const lines = Array.from({ length: tasks }, (_, index) => `      - { key: T${index}, title: "Task ${index}" }`)
  const head = ["name: large", "phases:", "  - id: A", "    name: A", "    order: 1", "    tasks:"]
  return [...head, ...lines, "    surprise: true"].join("\n")
}

it("answers others while it reads a large document, and names its faults by line", async () => {
  const raw = large(4900)
  let reading = true
  const put = call("/v1/workflows/large", { method: "PUT", raw, headers: { "content-type": "application/yaml" } })
  void put.finally(() => {
    reading = false
  })
  let others = 0
  while (reading) {
    expect((await call("/v1/sessions")).status).toBe(200)
    if (reading) others += 1
  }
  expect(await put).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/phases/0/surprise", line: raw.split("\n").length }] }
  })
  expect(others).toBeGreaterThan(20)
})

it("takes a large document that is a workflow", async () => {
  const raw = large(4900).replace("    surprise: true", "")
  const headers = { "content-type": "application/yaml" }
  expect(await call("/v1/workflows/large", { method: "PUT", raw, headers })).toMatchObject({
    status: 201,
    body: { version: 1, tasks: 4900 }
  })
})
