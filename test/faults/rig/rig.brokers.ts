import type { NatsConnection } from "@nats-io/transport-node"
import type { EmbeddedNats } from "@sluice/embedded"
import type { Stack } from "@sluice/ops/dev/stack"
import {
  addTenant,
  keptUser,
  knownAccounts,
  operatorKey,
  seedOf,
  tenantKey
} from "@sluice/ops/nats/accounts/installation"
import { Redacted } from "effect"
import { connectWith } from "../../support/nats.observer.ts"

/** Who is connected to the broker: tenants, each in an account of its own, and the operator, who looks after the streams. */
export interface RigBrokers {
  readonly tenants: ReadonlyMap<string, NatsConnection>
  readonly operator: NatsConnection
  /** Gives one more tenant an account, and has the running server read it. */
  readonly admit: (tenant: string) => Promise<void>
  readonly close: () => Promise<void>
}

export const connectBrokers = async (stack: Stack, names: ReadonlyArray<string>): Promise<RigBrokers> => {
  const dir = stack.natsAccounts as string
  const nats = stack.nats as EmbeddedNats
  const admit = async (tenant: string): Promise<void> => {
    if (knownAccounts(dir)?.tenants.some(({ name }) => name === tenant)) return
    addTenant(dir, tenant, keptUser(dir, tenant))
    await nats.reload()
  }
  for (const name of names) await admit(name)
  const connect = (seed: string, name: string): Promise<NatsConnection> => connectWith(stack.natsUrl, seed, name)
  const operator = await connect(Redacted.value(operatorKey(dir) as Redacted.Redacted), "operator")
  const tenants = new Map<string, NatsConnection>()
  for (const name of names) tenants.set(name, await connect(seedOf(dir, tenantKey(name)) as string, name))
  return {
    tenants,
    operator,
    admit,
    close: async () => {
      await Promise.all([operator, ...tenants.values()].map((one) => one.close()))
    }
  }
}
