import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { jetstreamManager } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { expect, it, onTestFinished } from "vitest"
import type { Ending } from "./child.process.ts"
import { MAX_PAYLOAD, type NatsOptions, startNats } from "./nats.server.ts"
import { scratchFolder } from "./scratch.spec-support.ts"

const start = async (options: NatsOptions) => {
  const server = await startNats(options)
  onTestFinished(server.stop)
  return server
}

const streamsOf = async (servers: string, add?: string): Promise<ReadonlyArray<string>> => {
  const connection = await connect({ servers })
  try {
    const manager = await jetstreamManager(connection)
    if (add !== undefined) await manager.streams.add({ name: add, subjects: [add] })
    const found = await manager.streams.list().next()
    return found.map((stream) => stream.config.name).sort()
  } finally {
    await connection.close()
  }
}

it("comes back with its streams on the same port after a stop and after a kill, and without them after a wipe", async () => {
  const server = await start({ storeDir: scratchFolder() })
  expect(await streamsOf(server.url, "ONE")).toEqual(["ONE"])
  await server.stop()
  await server.start()
  expect(await streamsOf(server.url, "TWO")).toEqual(["ONE", "TWO"])
  await server.kill()
  expect(server.pid).toBeUndefined()
  await server.start()
  expect(await streamsOf(server.url)).toEqual(["ONE", "TWO"])
  await server.stop()
  server.wipeStore()
  await server.start()
  expect(await streamsOf(server.url)).toEqual([])
})

it("keeps its store while it runs", async () => {
  const server = await start({ storeDir: scratchFolder() })
  expect(server.wipeStore).toThrow("stop nats-server before its store is deleted")
})

it("takes a configuration file, without giving up JetStream, address and port", async () => {
  const folder = scratchFolder()
  const configFile = join(folder, "nats.conf")
  writeFileSync(configFile, "host: 0.0.0.0\nport: 1\nauthorization { users: [{ user: a, password: b }] }\n")
  const server = await start({ storeDir: join(folder, "store"), configFile })
  await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow(/authorization/i)
  const connection = await connect({ servers: server.url, user: "a", pass: "b" })
  onTestFinished(() => connection.close())
  expect(connection.info).toMatchObject({
    jetstream: true,
    host: "127.0.0.1",
    port: server.port,
    max_payload: MAX_PAYLOAD
  })
})

it("takes large messages, unless a configuration file says otherwise", async () => {
  const folder = scratchFolder()
  const configFile = join(folder, "small.conf")
  writeFileSync(configFile, "max_payload: 65536\n")
  for (const [options, expected] of [
    [{}, MAX_PAYLOAD],
    [{ configFile }, 65_536]
  ] as const) {
    const server = await start({ storeDir: join(folder, String(expected)), ...options })
    const connection = await connect({ servers: server.url })
    onTestFinished(() => connection.close())
    expect(connection.info?.max_payload).toBe(expected)
  }
})

it("tells of its own death", async () => {
  const { promise, resolve } = Promise.withResolvers<Ending>()
  const server = await start({ storeDir: scratchFolder(), onDeath: resolve })
  process.kill(server.pid as number, "SIGKILL")
  expect(await promise).toEqual({ code: null, signal: "SIGKILL" })
})

it("says in one sentence that the port or the folder is in use, or the configuration is wrong", async () => {
  const storeDir = scratchFolder()
  const { port } = await start({ storeDir })
  await expect(startNats({ storeDir: scratchFolder(), port })).rejects.toThrow(
    `port ${port} on 127.0.0.1, wanted for nats-server, is in use`
  )
  await expect(startNats({ storeDir })).rejects.toThrow(`nats-server is already running on ${storeDir}`)
  const wrong = scratchFolder()
  writeFileSync(join(wrong, "nats.conf"), "port: {")
  await expect(startNats({ storeDir: wrong, configFile: join(wrong, "nats.conf") })).rejects.toThrow(
    /nats-server did not start: .*Parse error on line 1/
  )
})
