import { join } from "node:path"
import { jetstreamManager } from "@nats-io/jetstream"
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node"
import { EVENTS } from "@sluice/messaging"
import type { Service } from "@sluice/ops/dev/service.process"
import { type Stack, startStack } from "@sluice/ops/dev/stack"
import type { ServiceName } from "@sluice/ops/dev/stack.services"
import { addTenant, keptUser, openAccounts, seedOf, tenantKey } from "@sluice/ops/nats/accounts/installation"
import type { Ground } from "./ground.servers.ts"
import { sampleTenant } from "./sample.command.ts"

/** Sluice on a database and a broker of its own, with the accounts that an installation has; its services are processes, started when a figure wants them. */
export interface Stage {
  readonly stack: Stack
  /** Starts the service, or starts it again; ready when resolved. */
  readonly run: (name: ServiceName) => Promise<Service>
  readonly halt: (name: ServiceName) => Promise<void>
  /** The newest sequence of the stream EVENTS; 0 while there is no such stream. */
  readonly publishedEvents: () => Promise<number>
  /** A connection of the tenant whose commands the bench sends, in its account. The caller closes it. */
  readonly connectTenant: () => Promise<NatsConnection>
  readonly close: () => Promise<void>
}

let stages = 0

export const makeStage = async (ground: Ground): Promise<Stage> => {
  const dataDir = join(ground.folder, `stage-${++stages}`)
  const natsAccounts = join(dataDir, "accounts")
  openAccounts(natsAccounts)
  const { configFile } = addTenant(natsAccounts, sampleTenant, keptUser(natsAccounts, sampleTenant))
  const broker = await ground.freshBroker(configFile)
  const databaseUrl = await ground.freshDatabase("stage")
  const servers = { databaseUrl, natsUrl: broker.url, natsAccounts }
  const stack = await startStack({ dataDir, ...servers, services: [], log: () => {} })
  const connectAs = (name: string): Promise<NatsConnection> => {
    const seed = new TextEncoder().encode(seedOf(natsAccounts, name))
    return connect({ servers: broker.url, authenticator: nkeyAuthenticator(seed), noAsyncTraces: true })
  }
  const connection = await connectAs("operator")
  const manager = await jetstreamManager(connection)
  const services = new Map<ServiceName, Service>()
  return {
    stack,
    run: async (name) => {
      const known = services.get(name)
      if (known !== undefined) await known.start()
      const service = known ?? (await stack.addService(name, "bench"))
      services.set(name, service)
      return service
    },
    halt: async (name) => services.get(name)?.stop(),
    publishedEvents: async () => {
      for await (const { config, state } of manager.streams.list()) if (config.name === EVENTS) return state.last_seq
      return 0
    },
    connectTenant: () => connectAs(tenantKey(sampleTenant)),
    close: async () => {
      await connection.close()
      await stack.stop()
      await broker.stop()
    }
  }
}
