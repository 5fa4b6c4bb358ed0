import { expect, it } from "vitest"
import { runningApi } from "../testing/api.running.ts"

const { call } = await runningApi()

/** A workflow of so many tasks, as YAML; its last line is a fault. */
const large = (tasks: number): string => {
  const lines = Array.from({ length: tasks }, (_, index) => `      - { key: T${index}, title: "Task ${index}" }`)
  const head = ["name: large", "phases:", "  - id: A", "    name: A", "    order: 1", "    tasks:"]
  return [...head, ...lines, "    surprise: true"].join("\n")
}

/** A short one whose aliases stand for nearly as much as they may, all of it faults. */
const repeating = (): string => {
  const parts = `[${"{},".repeat(2000)}]`
  const phases = Array.from({ length: 60 }, () => "  - tasks: *x")
  return ["name: large", `x: &x ${parts}`, "phases:", "  - tasks: *x", ...phases].join("\n")
}

it.each([
  ["a large document", large(4900), "/phases/0/surprise", 4907],
  ["a short one that aliases make large", repeating(), "/x", 2]
])("answers others while it reads %s, and names its faults by line", async (_, raw, pointer, line) => {
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
    body: { errors: expect.arrayContaining([expect.objectContaining({ pointer, line })]) }
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
