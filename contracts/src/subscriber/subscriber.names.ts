/**
 * How NATS knows a tenant. Everything a tenant's users may reach is named in the broker's configuration, which is generated
 * before there is a subscriber: so each tenant has a fixed number of slots, durables of EVENTS that are its own.
 */

/** Subscribers a tenant may have at once. */
export const SLOTS = 16

/**
 * The durable of a slot (1 to 16): `acme-s01`. The last four characters are the slot and what is before them is the tenant, so no two
 * tenants share a name, whatever they are called, and none is a service's own (`projector`).
 */
export const slotName = (tenant: string, slot: number): string => `${tenant}-s${String(slot).padStart(2, "0")}`

/** All of a tenant's slots, the first one first. */
export const slotNames = (tenant: string): ReadonlyArray<string> =>
  Array.from({ length: SLOTS }, (_, index) => slotName(tenant, index + 1))

/** The tenant's account at the broker. A tenant's name has no capitals and the accounts of services nothing else, so they differ. */
export const accountName = (tenant: string): string => `T-${tenant}`

/** What tenants put before the requests of JetStream (`$JS.API` elsewhere): client option `apiPrefix`. */
export const API_PREFIX = "sluice"
