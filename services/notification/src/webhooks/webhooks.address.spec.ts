import { expect, it } from "vitest"
import { startReceiver } from "../testing/receiver.ts"
import { webhooksStage } from "../testing/webhooks.stage.ts"

const world = await webhooksStage()
const receiver = await startReceiver()
let connections = 0
receiver.onConnection(() => {
  connections += 1
})

const asked: Array<string> = []
const names: Record<string, ReadonlyArray<string>> = {
  localhost: ["127.0.0.1"],
  "private.example": ["10.0.0.5", "fd00::1"],
  "loopback.example": ["127.0.0.1"],
  "mapped.example": ["::ffff:127.0.0.1"],
  "metadata.example": ["169.254.169.254"]
}
const lookup = async (hostname: string) => {
  asked.push(hostname)
  const addresses = names[hostname]
  if (addresses === undefined) throw new Error("The host name has no address (ENOTFOUND)")
  return addresses
}
world.start({ allowLoopback: false, lookup, timeout: 400, schedule: [] })

const attempted = async (url: string) => {
  const { id } = await world.endpoint(url)
  const [delivery = ""] = (await world.deliver([id])).get(id) ?? []
  await world.allEnded(id)
  const [attempt] = await world.attempts(delivery)
  return attempt
}

it.each([
  ["private.example", "private"],
  ["loopback.example", "loopback"],
  ["mapped.example", "loopback"],
  ["metadata.example", "linkLocal"]
])("sends nothing where the name %s leads", async (name, range) => {
  const before = connections
  expect(await attempted(`http://${name}:${receiver.port}/`)).toMatchObject({
    outcome: "forbidden-address",
    responseStatus: null,
    error: `The endpoint leads to an address that is not public (${range})`,
    answer: null
  })
  expect(asked.filter((one) => one === name)).toHaveLength(1)
  expect(connections).toBe(before)
})

it.each(["127.0.0.1", "[::1]", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "localhost"])(
  "sends nothing to %s, with which a name server has nothing to do",
  async (host) => {
    const before = connections
    expect(await attempted(`http://${host}:${receiver.port}/`)).toMatchObject({ outcome: "forbidden-address" })
    expect(connections).toBe(before)
  }
)

it("says of a name that means nothing no more than that", async () => {
  expect(await attempted("http://nothing.example/")).toMatchObject({
    outcome: "unreachable",
    error: "No connection: The host name has no address (ENOTFOUND)"
  })
})
