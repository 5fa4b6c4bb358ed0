import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream"
import type { NatsConnection } from "@nats-io/transport-node"
import { accountName, slotName } from "@sluice/contracts/subscriber/subscriber.names"
import { type EmbeddedNats, findNatsServer, startNats } from "@sluice/embedded"
import { addTenant, freshUser, type NatsAccounts, openAccounts, seedOf } from "@sluice/ops/nats/accounts/installation"
import { services } from "@sluice/ops/nats/accounts/services"
import { declaredConsumers, declaredStreams } from "@sluice/ops/nats/declared"
import { workFolder } from "@sluice/testing/workspace.folder"
import { afterAll } from "vitest"
import { connectWith, observe } from "../../support/nats.observer.ts"

/** A nats-server with the generated configuration, its users, of which the API answers commands, and somebody in each account who sees everything there. */
export interface World {
  readonly server: EmbeddedNats
  readonly accounts: NatsAccounts
  /** As a service or a tenant; the same connection for the same name. */
  readonly as: (user: string) => Promise<User>
  /** With every right inside an account; no such user is in the configuration that installations get. */
  readonly watcher: (account: string) => Promise<NatsConnection>
  /** Of the streams' account, with every right. */
  readonly streams: () => Promise<JetStreamManager>
  /** Edits the accounts and has the server read them again. */
  readonly change: (edit: (dir: string) => NatsAccounts) => Promise<void>
  /** Has the server read what it cannot understand. */
  readonly breakConfig: () => Promise<void>
  /** Streams and durables as declared, two events of each tenant, one message of each durable delivered and not acknowledged. */
  readonly restore: () => Promise<Restored>
}

/** Somebody connected, and what NATS has complained of to them, newest last. */
export interface User {
  readonly account: string
  readonly nc: NatsConnection
  readonly complaints: Array<string>
}

/** What came with the messages that were delivered: where to acknowledge them, by durable. */
export type Restored = Readonly<Record<string, string>>

/** `acme-s01` is named as one of acme's slots is. */
export const tenants = ["acme", "globex", "acme-s01"] as const

export const startWorld = async (): Promise<World> => {
  const dir = mkdtempSync(join(tmpdir(), "sluice-accounts-"))
  const seeds = new Map<string, string>()
  let accounts = openAccounts(dir)
  for (const { name } of services) seeds.set(name, seedOf(dir, name) as string)
  for (const tenant of tenants) {
    const { publicKey, seed } = freshUser()
    seeds.set(tenant, seed)
    accounts = addTenant(dir, tenant, publicKey)
  }
  /** Anew after each change, with the same users. */
  const observedFile = join(dir, "watched.conf")
  const everyAccount = [...new Set([...services.map(({ account }) => account), ...tenants.map(accountName)])]
  const watched = observe(accounts.configFile, observedFile, everyAccount)
  // Not testNats(): what users try to publish on `evt.>` here is no event.
  const server = await startNats({ storeDir: dir, binary: findNatsServer(workFolder), configFile: watched.configFile })

  const users = new Map<string, User>()
  const open = new Map<string, Promise<NatsConnection>>()
  const once = (key: string, seed: string | undefined): Promise<NatsConnection> => {
    if (seed === undefined) throw new Error(`nobody is called ${key}`)
    const connection = open.get(key) ?? connectWith(server.url, seed, key)
    open.set(key, connection)
    return connection
  }
  afterAll(async () => {
    for (const connection of open.values()) await (await connection).close()
    await server.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  let restored: { readonly acks: Restored; readonly print: string } | undefined
  const watcher = (account: string) => once(`watcher of ${account}`, watched.seeds.get(account))
  const streams = async () => jetstreamManager(await watcher("SLUICE"))
  const world: World = {
    server,
    accounts,
    as: async (name) => {
      const known = users.get(name)
      if (known !== undefined) return known
      const nc = await once(name, seeds.get(name))
      const account = services.find((one) => one.name === name)?.account ?? accountName(name)
      const user: User = { account, nc, complaints: [] }
      users.set(name, user)
      void collect(user)
      return user
    },
    watcher,
    streams,
    change: async (edit) => {
      observe(edit(dir).configFile, observedFile, everyAccount, watched.seeds)
      await server.reload()
    },
    breakConfig: async () => {
      const good = readFileSync(observedFile)
      writeFileSync(observedFile, "accounts { nonsense: ")
      await server.reload().finally(() => writeFileSync(observedFile, good))
    },
    restore: async () => {
      const manager = await streams()
      if (restored?.print !== (await fingerprint(manager))) {
        const acks = await restore(manager, await watcher("SLUICE"))
        restored = { acks, print: await fingerprint(manager) }
      }
      return restored.acks
    }
  }
  const door = (await world.as("api")).nc
  door.subscribe("cmd.>", {
    queue: "commands",
    callback: (_, message) => void message.respond(`did ${message.subject}`)
  })
  await door.flush()
  return world
}

const collect = async ({ nc, complaints }: User): Promise<void> => {
  for await (const status of nc.status()) if (status.type === "error") complaints.push(status.error.message)
}

const restore = async (manager: JetStreamManager, nc: NatsConnection): Promise<Restored> => {
  for (const { name } of declaredStreams) await manager.streams.delete(name).catch(() => {})
  for (const stream of declaredStreams) await manager.streams.add({ ...stream } as never)
  for (const { stream, ...config } of declaredConsumers) await manager.consumers.add(stream, { ...config } as never)
  for (const tenant of tenants) {
    const config = { durable_name: slotName(tenant, 1), ack_policy: "explicit", filter_subject: `evt.${tenant}.>` }
    await manager.consumers.add("EVENTS", config as never)
    for (const n of [1, 2]) await nc.request(`evt.${tenant}.approval.requested.${n}`, JSON.stringify({ tenant, n }))
    await nc.request(`cmdq.${tenant}.session.open`, "{}")
    await nc.request(`rej.${tenant}.session.open`, "{}")
    await nc.request(`parked.${tenant}.session.open`, "{}")
  }
  const acks: Record<string, string> = {}
  const durables = [
    ...declaredConsumers,
    ...tenants.map((one) => ({ stream: "EVENTS", durable_name: slotName(one, 1) }))
  ]
  for (const { stream, durable_name } of durables) {
    const request = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable_name}`
    acks[durable_name] = (await nc.request(request, "1", { noMux: true, timeout: 2_000 })).reply as string
  }
  return acks
}

/** All that a deed could have changed in the streams: settings and contents of streams, settings and progress of durables. */
export const fingerprint = async (manager: JetStreamManager): Promise<string> => {
  const all: Array<unknown> = []
  for await (const { config, state } of manager.streams.list()) {
    all.push([config, state.messages, state.bytes])
    for await (const one of manager.consumers.list(config.name)) {
      all.push([config.name, one.name, one.config, one.delivered.consumer_seq, one.num_ack_pending, one.num_pending])
    }
  }
  return JSON.stringify(all)
}
