/**
 * Secrets at rest.
 *
 * keys      SecretsKey (a field of configuration), freshKey      secrets.keys
 * sealing   makeSealer: seal, open                               secrets.seal
 * deriving  deriveKey, deriveKeys, one key per purpose           secrets.derive
 * errors    SecretUnreadable                                     secrets.errors
 */
export { deriveKey, deriveKeys } from "./secrets.derive.ts"
export { SecretUnreadable } from "./secrets.errors.ts"
export { freshKey, type SealingKey, type SealingKeys, SecretsKey } from "./secrets.keys.ts"
export { makeSealer, type Sealed, type Sealer } from "./secrets.seal.ts"
