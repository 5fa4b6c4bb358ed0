import { headers } from "@nats-io/nats-core"
import { commandSubject } from "@sluice/contracts/command/command.subjects"
import { v7 } from "uuid"
import { sampleActor, sampleSession, sampleTenant } from "./sample.command.ts"
import type { Stage } from "./stage.services.ts"

/** Commands to a stage's API as requests over NATS, on one connection; the counterpart of `ApiClient`. */
export interface CommandClient {
  /** Opens a session with an idempotency key; the body of the answer is thrown away. Rejects unless it is created. */
  readonly openSession: () => Promise<void>
  readonly close: () => Promise<void>
}

export const commandClient = async (stage: Stage): Promise<CommandClient> => {
  const { id, ...actor } = sampleActor
  const claims = { tenant: sampleTenant, sub: id, ...actor, scope: "*" }
  const authorization = `Bearer ${await stage.stack.issuer.sign(claims, "1h")}`
  const connection = await stage.connectTenant()
  const subject = commandSubject(sampleTenant, "session.open")
  const message = Buffer.from(JSON.stringify({ body: sampleSession }))
  return {
    openSession: async () => {
      const sent = headers()
      sent.set("Authorization", authorization)
      sent.set("Idempotency-Key", v7())
      const answer = await connection.request(subject, message, { timeout: 30_000, headers: sent })
      const status = answer.headers?.get("Sluice-Status")
      if (status !== "201") throw new Error(`${subject} was answered with ${status}: ${answer.string()}`)
    },
    close: () => connection.close()
  }
}
