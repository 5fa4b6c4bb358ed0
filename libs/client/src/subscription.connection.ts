import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node"
import type { Broker } from "./subscription.options.ts"

/** The connection to subscribe over, and what to do with it afterwards. It comes back by itself, for ever. */
export const connectionOf = async (
  broker: Broker
): Promise<{ readonly connection: NatsConnection; readonly release: () => Promise<void> }> => {
  if ("connection" in broker) return { connection: broker.connection, release: async () => {} }
  const { servers, nkeySeed, connect: settings } = broker
  const connection = await connect({
    name: "sluice subscriber",
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    pingInterval: 10_000,
    ...(nkeySeed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(nkeySeed)) }),
    ...settings,
    servers: [servers].flat() as Array<string>
  })
  return { connection, release: () => connection.close() }
}
