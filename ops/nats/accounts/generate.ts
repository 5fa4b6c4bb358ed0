import { fileURLToPath } from "node:url"
import { renderAccounts } from "./render.ts"
import { services } from "./services.ts"

/** The part of the services, which every installation has; the broker takes their public keys from its environment. */
export const accountsFile = fileURLToPath(new URL("../accounts.conf", import.meta.url))

/** `outbox-relay` → `NATS_USER_OUTBOX_RELAY`. */
export const keyVariable = (service: string): string => `NATS_USER_${service.toUpperCase().replaceAll("-", "_")}`

/** What `ops/nats/accounts.conf` must hold. */
export const natsConfig = (): string =>
  renderAccounts({
    services: Object.fromEntries(services.map(({ name }) => [name, `$${keyVariable(name)}`])),
    tenants: []
  })
