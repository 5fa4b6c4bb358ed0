import { getRandomValues } from "node:crypto"
import { v7 } from "uuid"

/** Randomness is fetched for many ids at once: asking the system for 16 bytes costs as much as for thousands. */
const pool = new Uint8Array(16 * 256)
let used = pool.length

/** 16 random bytes, valid until the pool is filled again: take them at once. */
export const randomBytes16 = (): Uint8Array => {
  if (used === pool.length) {
    getRandomValues(pool)
    used = 0
  }
  used += 16
  return pool.subarray(used - 16, used)
}

/** A new UUIDv7: ids sort by the millisecond in which they were made, within one by chance. */
export const freshId = (): string => v7({ random: randomBytes16() })
