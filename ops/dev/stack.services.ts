import { roleUrl } from "@sluice/db/migrate"
import { freePort } from "@sluice/embedded"
import { seedOf } from "../nats/accounts/installation.ts"

/** The services of a stack, in the order in which they start. */
export const serviceNames = ["api", "outbox-relay", "projector", "coordinator", "notification", "billing"] as const
export type ServiceName = (typeof serviceNames)[number]

const roles: Readonly<Record<ServiceName, string>> = {
  api: "sluice_api",
  "outbox-relay": "sluice_relay",
  projector: "sluice_projector",
  coordinator: "sluice_coordinator",
  notification: "sluice_notification",
  billing: "sluice_billing"
}

/** What the services of one stack have in common. */
export interface Surroundings {
  readonly databaseUrl: string
  readonly natsUrl: string
  /** Folder of the broker's accounts, where it has some (see `openAccounts`). */
  readonly natsAccounts?: string | undefined
  readonly issuer: { readonly issuer: string; readonly audience: string; readonly jwksUrl: string }
  /** What seals the secrets of webhooks, as `SECRETS_KEY` has it. */
  readonly secretsKey: string
}

/**
 * The environment of a service: its own role's database URL, the broker and a port of its own. The port is fixed here so
 * that a service which is restarted is found where it was.
 */
export const serviceEnv = async (
  name: ServiceName,
  { databaseUrl, natsUrl, natsAccounts, issuer, secretsKey }: Surroundings,
  port?: number
): Promise<Record<string, string>> => ({
  DATABASE_URL: roleUrl(databaseUrl, roles[name]),
  NATS_URL: natsUrl,
  NATS_NKEY: (natsAccounts === undefined ? undefined : seedOf(natsAccounts, name)) ?? "",
  HTTP_HOST: "127.0.0.1",
  HTTP_PORT: String(port ?? (await freePort())),
  ...(name === "api" && {
    JWT_ISSUER: issuer.issuer,
    JWT_AUDIENCE: issuer.audience,
    JWKS_URL: issuer.jwksUrl
  }),
  // On a machine of one's own, endpoints are on it too.
  ...((name === "api" || name === "notification") && { SECRETS_KEY: secretsKey, WEBHOOK_ALLOW_LOOPBACK: "true" })
})
