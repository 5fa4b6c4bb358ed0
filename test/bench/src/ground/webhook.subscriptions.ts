import { sampleActor, sampleTenant } from "./sample.command.ts"
import type { Stage } from "./stage.services.ts"

/** Subscribes endpoints through a stage's API. */
export const subscribe = async (
  stage: Stage,
  apiUrl: string,
  endpoints: ReadonlyArray<string>,
  types: ReadonlyArray<string>
): Promise<void> => {
  const { id: sub, kind, roles } = sampleActor
  const token = await stage.stack.issuer.sign({ tenant: sampleTenant, sub, kind, roles, scope: "*" }, "1h")
  for (const endpoint of endpoints) {
    const response = await fetch(`${apiUrl}/v1/subscriptions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "bench", endpoint, types })
    })
    if (response.status !== 201)
      throw new Error(`POST /v1/subscriptions answered ${response.status}: ${await response.text()}`)
  }
}
