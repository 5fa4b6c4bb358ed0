import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Tenant } from "./load.people.ts"

/** Endpoints that are always well, and what came to them. */
export interface Webhooks {
  /** `webhook-id` and the event's position, in the order of first arrival; by the subscription's name. */
  readonly arrived: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** Ids of the subscriptions by name. */
  readonly subscriptions: ReadonlyMap<string, string>
  readonly stop: () => Promise<void>
}

/** What is subscribed: everything, and once more in strict order. */
const wanted = [
  { name: "all", types: ["*.*"], strictOrder: false },
  { name: "strict", types: ["approval.*", "session.opened"], strictOrder: true }
] as const

/** Subscribes on behalf of a tenant, with endpoints in this process. */
export const startWebhooks = async (api: string, { asker }: Tenant): Promise<Webhooks> => {
  const arrived = new Map(wanted.map(({ name }) => [name as string, new Map<string, number>()]))
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const { position } = JSON.parse(Buffer.concat(chunks).toString()) as { position: number }
      const ids = arrived.get(request.url?.slice(1) ?? "")
      const id = String(request.headers["webhook-id"])
      if (ids?.has(id) === false) ids.set(id, position)
      response.writeHead(204).end()
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const subscriptions = new Map<string, string>()
  for (const one of wanted) {
    const response = await fetch(`${api}/v1/subscriptions`, {
      method: "POST",
      headers: { authorization: `Bearer ${asker.token}`, "content-type": "application/json" },
      body: JSON.stringify({ ...one, endpoint: `http://127.0.0.1:${port}/${one.name}` })
    })
    if (response.status !== 201) throw new Error(`cannot subscribe: ${response.status} ${await response.text()}`)
    subscriptions.set(one.name, ((await response.json()) as { id: string }).id)
  }
  return {
    arrived,
    subscriptions,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
