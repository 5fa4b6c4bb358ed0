import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"
import { Redacted } from "effect"
import { SecretUnreadable } from "./secrets.errors.ts"
import type { SealingKey, SealingKeys } from "./secrets.keys.ts"

/**
 * A secret as it is stored: nonce (96 random bits), ciphertext and tag (128 bits) of AES-256-GCM in one. Random nonces are safe
 * for 2³² secrets under one key.
 */
export interface Sealed {
  readonly keyName: string
  readonly sealed: Uint8Array
}

export interface Sealer {
  /** Under the first key. `context` says whose secret it is, and must be the same when it is opened. */
  readonly seal: (plain: string, context: string) => Sealed
  /** Throws `SecretUnreadable`. */
  readonly open: (secret: Sealed, context: string) => string
}

const ALGORITHM = "aes-256-gcm"
const NONCE = 12
const TAG = 16

export const makeSealer = (keys: SealingKeys): Sealer => {
  const all = new Map(Redacted.value(keys).map((key) => [key.name, key]))
  const [first] = Redacted.value(keys) as readonly [SealingKey]
  return {
    seal: (plain, context) => {
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv(ALGORITHM, first.key, nonce, { authTagLength: TAG }).setAAD(Buffer.from(context))
      const sealed = Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()])
      return { keyName: first.name, sealed }
    },
    open: ({ keyName, sealed }, context) => {
      const key = all.get(keyName)
      if (key === undefined) throw new SecretUnreadable({ reason: "unknown-key", keyName })
      try {
        const decipher = createDecipheriv(ALGORITHM, key.key, sealed.subarray(0, NONCE), { authTagLength: TAG })
          .setAAD(Buffer.from(context))
          .setAuthTag(sealed.subarray(-TAG))
        const plain = decipher.update(sealed.subarray(NONCE, -TAG))
        return Buffer.concat([plain, decipher.final()]).toString("utf8")
      } catch {
        throw new SecretUnreadable({ reason: "damaged", keyName })
      }
    }
  }
}
