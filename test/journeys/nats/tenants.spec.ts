import { setTimeout as sleep } from "node:timers/promises"
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream"
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node"
import { API_PREFIX, slotName } from "@sluice/contracts/subscriber/subscriber.names"
import { addTenant, freshUser, removeTenant } from "@sluice/ops/nats/accounts/installation"
import { describe, expect, it } from "vitest"
import { startWorld, tenants } from "./broker.world.ts"

const world = await startWorld()

/** A durable in a free slot, made by the API as it makes a subscriber's. */
const provision = async (tenant: string, slot: number): Promise<string> => {
  const name = slotName(tenant, slot)
  const { consumers } = await jetstreamManager((await world.as("api")).nc, { checkAPI: false })
  await consumers.add("EVENTS", {
    durable_name: name,
    name,
    ack_policy: AckPolicy.Explicit,
    filter_subject: `evt.${tenant}.>`
  })
  return name
}

/** Pulls and acknowledges as a tenant until so many different messages have come; answers their subjects. */
const consume = async (nc: NatsConnection, durable: string, count: number): Promise<ReadonlyArray<string>> => {
  const consumer = await jetstream(nc, { apiPrefix: API_PREFIX }).consumers.get("EVENTS", durable)
  const subjects = new Map<number, string>()
  for await (const message of await consumer.consume({ max_messages: 20 })) {
    subjects.set(message.seq, message.subject)
    message.ack()
    if (subjects.size === count) break
  }
  await nc.flush()
  return [...subjects.values()]
}

const publish = async (tenant: string, count: number): Promise<void> => {
  const { nc } = await world.as("outbox-relay")
  for (let n = 1; n <= count; n++) await nc.request(`evt.${tenant}.session.opened.${n}`, JSON.stringify({ n }))
}

const losses = (nc: NatsConnection): Array<string> => {
  const seen: Array<string> = []
  void (async () => {
    for await (const { type } of nc.status()) if (type === "disconnect" || type === "reconnecting") seen.push(type)
  })()
  return seen
}

describe("a tenant with its account", () => {
  it("consumes 10 of 10 events of its own and no other's, acknowledges them, and has its commands answered", async () => {
    await world.restore()
    const manager = await world.streams()
    await manager.streams.purge("EVENTS")
    const durable = await provision("acme", 2)
    for (const tenant of tenants) await publish(tenant, 10)
    const { nc } = await world.as("acme")
    const subjects = await consume(nc, durable, 10)
    expect(subjects.toSorted()).toEqual(
      Array.from({ length: 10 }, (_, n) => `evt.acme.session.opened.${n + 1}`).toSorted()
    )
    await expect
      .poll(async () => (await manager.consumers.info("EVENTS", durable)).num_ack_pending, { timeout: 5_000 })
      .toBe(0)
    expect((await nc.request("cmd.acme.session.open", "{}")).string()).toBe("did cmd.acme.session.open")
    expect((await nc.request("cmdq.acme.session.open", "{}")).json()).toMatchObject({ stream: "COMMANDS" })
  })
})

/**
 * Sends a command until it is answered, as a client with an idempotency key does. nats-server forgets the ways back of requests that are
 * under way when it reads its configuration, so one of them may stay without an answer.
 */
const command = async (nc: NatsConnection, subject: string): Promise<string> => {
  for (let sent = 1; ; sent++) {
    try {
      return (await nc.request(subject, "{}", { timeout: 1_000 })).string()
    } catch (thrown) {
      if (sent === 10) throw new Error(`${subject}: sent ${sent} times and never answered`, { cause: thrown })
      await sleep(50)
    }
  }
}

describe("a configuration that changes while the server runs", () => {
  const { publicKey, seed } = freshUser()
  const authenticator = nkeyAuthenticator(new TextEncoder().encode(seed))
  const url = world.server.url

  it("lets a new tenant in and loses no connection, no event and no command of those who are there", async () => {
    await world.restore()
    const users = await Promise.all(["api", "outbox-relay", "projector", "operator", "acme", "globex"].map(world.as))
    const lost = users.map(({ nc }) => losses(nc))
    await expect(connect({ servers: url, reconnect: false, authenticator })).rejects.toThrow(/authorization/i)

    const durable = await provision("globex", 2)
    const { nc: globex } = await world.as("globex")
    const consuming = consume(globex, durable, 2 + 200)
    let going = true
    const answers: Array<string> = []
    const commands = (async () => {
      while (going) answers.push(await command(globex, "cmd.globex.session.open"))
    })()
    await publish("globex", 100)
    await world.change((dir) => addTenant(dir, "initech", publicKey))
    const answeredBefore = answers.length
    await publish("globex", 100)
    await Promise.race([
      commands,
      expect.poll(() => answers.length, { timeout: 20_000 }).toBeGreaterThan(answeredBefore + 1)
    ])
    going = false
    await commands
    expect(await consuming).toHaveLength(202)
    expect(new Set(answers)).toEqual(new Set(["did cmd.globex.session.open"]))

    const initech = await connect({ servers: url, reconnect: false, authenticator })
    expect((await initech.request("cmd.initech.session.open", "{}")).string()).toBe("did cmd.initech.session.open")
    const own = await provision("initech", 1)
    await publish("initech", 3)
    expect(await consume(initech, own, 3)).toHaveLength(3)
    await initech.close()
    expect(lost.flat()).toEqual([])
  })

  it("lets go of a tenant that is removed, and of nobody else", async () => {
    const users = await Promise.all(["api", "acme", "globex"].map(world.as))
    const lost = users.map(({ nc }) => losses(nc))
    const initech = await connect({ servers: url, reconnect: false, authenticator })
    await world.change((dir) => removeTenant(dir, "initech"))
    await initech.closed()
    await expect(connect({ servers: url, reconnect: false, authenticator })).rejects.toThrow(/authorization/i)
    const { nc } = await world.as("acme")
    expect((await nc.request("cmd.acme.session.open", "{}")).string()).toBe("did cmd.acme.session.open")
    expect(lost.flat()).toEqual([])
  })

  it("stays as it was, with a sentence, when the server cannot read the new one", async () => {
    await expect(world.breakConfig()).rejects.toThrow(/refused its new configuration/)
    const { nc } = await world.as("acme")
    expect((await nc.request("cmd.acme.session.open", "{}")).string()).toBe("did cmd.acme.session.open")
  })
})

it("every relay is woken, the standby too", async () => {
  const relays = [await world.as("outbox-relay"), { nc: await world.watcher("SLUICE") }]
  let woken = 0
  for (const { nc } of relays) {
    nc.subscribe("sluice.wake.relay", { callback: () => void woken++ })
    await nc.flush()
  }
  const { nc } = await world.as("api")
  nc.publish("sluice.wake.relay")
  await expect.poll(() => woken, { timeout: 20_000 }).toBe(2)
})

describe("who a tenant may be", () => {
  it.for([
    ["Acme", freshUser().publicKey, /no name of a tenant/],
    ["", freshUser().publicKey, /no name of a tenant/],
    ["a.b", freshUser().publicKey, /no name of a tenant/],
    ["a>", freshUser().publicKey, /no name of a tenant/],
    ['a" {}', freshUser().publicKey, /no name of a tenant/],
    [`a${"b".repeat(40)}`, freshUser().publicKey, /no name of a tenant/],
    ["umbrella", "UABC", /no public key/],
    ["umbrella", freshUser().seed, /no public key/],
    ["umbrella", "", /no public key/],
    ["acme", freshUser().publicKey, /already/]
  ] as const)("%s with key %s is refused", ([name, key, sentence]) => {
    expect(() => addTenant(world.accounts.dir, name, key)).toThrow(sentence)
  })

  it("is nobody whose key is another's", () => {
    const key = world.accounts.tenants[0]?.publicKey as string
    expect(() => addTenant(world.accounts.dir, "umbrella", key)).toThrow(/acme's already/)
    expect(() => removeTenant(world.accounts.dir, "umbrella")).toThrow(/no account/)
  })
})
