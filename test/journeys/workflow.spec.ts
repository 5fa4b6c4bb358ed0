import type { RegisteredVersion } from "@sluice/contracts/workflow/workflow.api"
import type { WorkflowContent, WorkflowView } from "@sluice/contracts/workflow/workflow.views"
import { roleUrl } from "@sluice/db/migrate"
import { verify } from "@sluice/ops/cli/verify/verify"
import { operatorKey } from "@sluice/ops/nats/accounts/installation"
import { Effect } from "effect"
import { expect, it } from "vitest"
import { journeyStack } from "../support/journey.stack.ts"

const journey = await journeyStack()
const yaml = { "content-type": "application/yaml" }
const wanted = { minVersion: 1, wait: "10s" }

/** Ten phases whose prompts fill a document up to nearly 1 MiB, in lines that take more room as JSON. */
const large = (name: string): string =>
  [
    `name: ${name}`,
    "phases:",
    ...Array.from({ length: 10 }, (_, index) =>
      [`  - id: p${index}`, "    name: Phase", `    order: ${index}`, "    prompt: |"]
        .concat(Array.from({ length: 1_290 }, () => `      ${'say "what" you do\\'.repeat(4)}`))
        .join("\n")
    )
  ].join("\n")

it("carries a document of nearly 1 MiB through log, broker and read model, and gives it back", async () => {
  const { person } = journey.organisation()
  const ada = await person("ada")
  const raw = large("Large")
  expect(raw.length).toBeGreaterThan(900 * 1024)

  const made = await ada.ask<RegisteredVersion>("PUT", "/v1/workflows/Large", { raw, headers: yaml })
  expect(made).toMatchObject({ status: 201, version: 1, body: { name: "Large", version: 1, phases: 10 } })
  const read = await ada.ask<WorkflowContent>("GET", "/v1/workflows/Large/versions/1", { query: wanted })
  expect(read).toMatchObject({ status: 200, version: 1, body: { digest: made.body.digest } })
  expect(JSON.stringify(read.body.document).length).toBeGreaterThan(1024 * 1024)

  const given = await ada.ask("GET", "/v1/workflows/Large", { headers: { accept: "application/yaml" } })
  expect(given.headers.get("content-type")).toBe("application/yaml")
  const again = await ada.ask<RegisteredVersion>("PUT", "/v1/workflows/Large", { raw: given.text, headers: yaml })
  expect(again).toMatchObject({ status: 200, body: made.body })

  // What follows a large event comes through as well.
  const next = await ada.ask<RegisteredVersion>("PUT", "/v1/workflows/Small", {
    body: { name: "Small", phases: [{ id: "only", name: "Only", order: 1 }] }
  })
  expect(next.status).toBe(201)
  const small = await ada.ask<WorkflowView>("GET", "/v1/workflows/Small", { query: wanted })
  expect(small).toMatchObject({ status: 200, body: { version: 1 } })
  const report = await Effect.runPromise(
    verify({
      databaseUrl: roleUrl(journey.database.adminUrl, "sluice_operator"),
      natsUrl: journey.broker.url,
      natsKey: operatorKey(journey.stack.natsAccounts),
      waitMillis: 15_000,
      onStep: () => {}
    })
  )
  expect(report).toMatchObject({ ok: true })
})
