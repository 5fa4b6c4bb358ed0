import { Context } from "effect"

/** The tenant that a command's subject names: a token must be of this one. Undefined over HTTP, where the token alone says it. */
export const AddressedTenant = Context.Reference<string | undefined>("sluice/api/AddressedTenant", {
  defaultValue: () => undefined
})

/**
 * Seconds that an `Idempotency-Key` is remembered at least, whatever is configured: a queued command may come again for as long as
 * its stream keeps it, and must find its key then.
 */
export const LeastKeyTtl = Context.Reference<number>("sluice/api/LeastKeyTtl", { defaultValue: () => 0 })
