import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { EmbeddedNats, EmbeddedPostgres } from "@sluice/embedded"
import type { Service } from "@sluice/ops/dev/service.process"
import { type Stack, startStack } from "@sluice/ops/dev/stack"
import { type ServiceName, serviceNames } from "@sluice/ops/dev/stack.services"
import postgres from "postgres"
import { type Door, httpDoor, queueDoor, requestDoor } from "../load/load.doors.ts"
import { makeTenant, type Tenant } from "../load/load.people.ts"
import { startWebhooks, type Webhooks } from "../load/load.webhooks.ts"
import { connectBrokers, type RigBrokers } from "./rig.brokers.ts"

/** The real stack with two instances of every service, so that each active one has a standby. */
export interface Rig {
  readonly stack: Stack
  readonly postgres: EmbeddedPostgres
  readonly nats: EmbeddedNats
  readonly instances: ReadonlyMap<ServiceName, ReadonlyArray<Service>>
  /** Addresses of the API's instances. */
  readonly api: () => ReadonlyArray<string>
  readonly brokers: RigBrokers
  /** Every way to send a command, to be taken in turn. */
  readonly doors: () => ReadonlyArray<Door>
  readonly tenants: ReadonlyArray<Tenant>
  /** What the first tenant has subscribed. */
  readonly webhooks: Webhooks
  /** As the database's superuser, to look at what really is. */
  readonly sql: postgres.Sql
  /** What ended without having been killed by us: nothing ever should. */
  readonly crashes: Array<string>
  /** Starts an instance again, as a supervisor would: until it is up. */
  readonly revive: (service: Service) => Promise<void>
  /** Stops everything; the folder with data and logs goes too, unless it is to be kept. */
  readonly stop: (options?: { readonly keep: boolean }) => Promise<void>
}

const instances = ["a", "b"] as const
const revivals = 5
const names = ["acme", "globex"] as const
/** What is under way when an instance dies is taken up by the other within seconds. */
const env = { WEBHOOK_TIMEOUT_SECONDS: "2", WEBHOOK_RETRY_SECONDS: Array.from({ length: 20 }, () => 1).join() }

/** Starts everything in a temporary folder, which goes with the rig. */
export const startRig = async (log: (line: string) => void = () => {}): Promise<Rig> => {
  const dataDir = mkdtempSync(join(tmpdir(), "sluice-faults-"))
  const remove = (): void => rmSync(dataDir, { recursive: true, force: true })
  const crashes: Array<string> = []
  const listen = (line: string): void => {
    if (line.includes("without being asked to")) crashes.push(line)
    log(line)
  }
  const stack = await startStack({ dataDir, services: [], env, log: listen }).catch((thrown) => {
    remove()
    throw thrown
  })
  try {
    return { ...(await furnish(stack, log, remove)), crashes }
  } catch (thrown) {
    await stack.stop()
    remove()
    throw thrown
  }
}

const furnish = async (
  stack: Stack,
  log: (line: string) => void,
  remove: () => void
): Promise<Omit<Rig, "crashes">> => {
  log(`Starting two of each: ${serviceNames.join(", ")}`)
  const started = await Promise.all(
    serviceNames.map(
      async (name) => [name, await Promise.all(instances.map((one) => stack.addService(name, one)))] as const
    )
  )
  const byName = new Map(started)
  const brokers = await connectBrokers(stack, names)
  const sql = postgres(stack.databaseUrl, { max: 4, onnotice: () => {} })
  const api = () => (byName.get("api") ?? []).map(({ url }) => url)
  const tenants = await Promise.all(names.map((name) => makeTenant(stack.issuer, name)))
  const webhooks = await startWebhooks(api()[0] as string, tenants[0] as Tenant)
  return {
    stack,
    postgres: stack.postgres as EmbeddedPostgres,
    nats: stack.nats as EmbeddedNats,
    instances: byName,
    api,
    brokers,
    doors: () => [...api().map(httpDoor), requestDoor(brokers.tenants), queueDoor(brokers.tenants)],
    tenants,
    webhooks,
    sql,
    revive: async (service) => {
      for (let attempt = 1; service.pid === undefined; attempt++) {
        try {
          await service.start()
        } catch (thrown) {
          if (attempt === revivals) throw thrown
        }
      }
    },
    stop: async ({ keep } = { keep: false }) => {
      await sql.end({ timeout: 5 })
      await brokers.close()
      await stack.stop()
      await webhooks.stop()
      if (!keep) remove()
    }
  }
}

export const servicesOf = (rig: Rig, name: ServiceName): ReadonlyArray<Service> => rig.instances.get(name) ?? []
