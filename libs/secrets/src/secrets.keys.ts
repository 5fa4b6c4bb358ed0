import { randomBytes } from "node:crypto"
import { Redacted, Schema, SchemaTransformation } from "effect"

/** A key that seals secrets: what `SECRETS_KEY` holds. */

const KeyName = Schema.String.check(Schema.isPattern(/^[a-z0-9-]{1,40}$/))
const SealingKey = Schema.Struct({ name: KeyName, key: Schema.Uint8Array })
export type SealingKey = typeof SealingKey.Type
/** Never empty. The first one seals, all of them open. */
export type SealingKeys = Redacted.Redacted<ReadonlyArray<SealingKey>>

const KEY_BYTES = 32

/**
 * `name:base64` once or several times, separated by commas: the name has 1 to 40 of a–z, 0–9 and hyphen, the key 32 bytes. A
 * message names a key by its place, and shows nothing of it.
 */
export const SecretsKey = Schema.String.check(Schema.makeFilter((text) => faultOf(text) ?? true)).pipe(
  Schema.decodeTo(
    Schema.Redacted(Schema.Array(SealingKey)),
    SchemaTransformation.transform({
      decode: (text: string): SealingKeys => Redacted.make(text.split(",").map(keyOf)),
      encode: (keys) => Redacted.value(keys).map(textOf).join(",")
    })
  )
)

/** A key nobody has used yet, as `SECRETS_KEY` takes it. */
export const freshKey = (name: string): string => textOf({ name: KeyName.make(name), key: randomBytes(KEY_BYTES) })

/** Spaces around a key are forgiven. */
const partsOf = (text: string): readonly [name: string, base64: string] => {
  const [name = "", ...rest] = text.trim().split(":")
  return [name, rest.join(":")]
}

const keyOf = (text: string): SealingKey => {
  const [name, base64] = partsOf(text)
  return { name, key: new Uint8Array(Buffer.from(base64, "base64")) }
}

const textOf = ({ name, key }: SealingKey): string => `${name}:${Buffer.from(key).toString("base64")}`

const isName = Schema.is(KeyName)

const faultOf = (text: string): string | undefined => {
  const keys = text.split(",").map(partsOf)
  for (const [index, [name, base64]] of keys.entries()) {
    const which = `key ${index + 1} of ${keys.length}`
    if (!isName(name)) return `must be name:base64, with a name of 1 to 40 of a-z, 0-9 and hyphen; ${which} is not`
    const bytes = Buffer.from(base64, "base64")
    if (bytes.length !== KEY_BYTES || bytes.toString("base64") !== base64)
      return `must have ${KEY_BYTES} bytes in base64 after each name; ${which} has not`
    if (keys.findIndex(([other]) => other === name) !== index) return `must name each key once; ${which} repeats a name`
  }
  return undefined
}
