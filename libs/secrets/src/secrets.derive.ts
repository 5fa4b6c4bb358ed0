import { hkdfSync } from "node:crypto"
import { Redacted } from "effect"
import type { SealingKey, SealingKeys } from "./secrets.keys.ts"

/** Keys for other purposes than sealing (HKDF-SHA256, 32 bytes): what one purpose learns tells nothing about another. */

const derive = ({ key }: SealingKey, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", key, "", `sluice/${purpose}`, 32))

/** Of every key, the first one's first: to verify by, so that what was signed before a rotation stays good. */
export const deriveKeys = (keys: SealingKeys, purpose: string): ReadonlyArray<Uint8Array> =>
  Redacted.value(keys).map((key) => derive(key, purpose))

/** Of the first key: to sign with. */
export const deriveKey = (keys: SealingKeys, purpose: string): Uint8Array =>
  derive((Redacted.value(keys) as readonly [SealingKey])[0], purpose)
