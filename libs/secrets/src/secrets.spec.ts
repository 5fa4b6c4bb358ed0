import { it as law } from "@effect/vitest"
import { Redacted, Result, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { deriveKey, deriveKeys, freshKey, makeSealer, SecretsKey, SecretUnreadable } from "./index.ts"

const keysOf = (text: string) => Schema.decodeSync(SecretsKey)(text)
const [k1, k2] = [freshKey("k1"), freshKey("k2")]
const one = keysOf(k1)
const plain = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const context = "acme/s-1/id-1"

/** Why a secret cannot be opened. */
const refusal = (open: () => string): SecretUnreadable => {
  const tried = Result.try({ try: open, catch: (cause) => cause })
  expect(Result.isFailure(tried)).toBe(true)
  expect((tried as Result.Failure<string, unknown>).failure).toBeInstanceOf(SecretUnreadable)
  return (tried as Result.Failure<string, SecretUnreadable>).failure
}

describe("SECRETS_KEY", () => {
  it("is one key or several, the first one first, and is never shown", () => {
    const keys = keysOf(` ${k2} , ${k1} `)
    expect(Redacted.value(keys).map(({ name, key }) => [name, key.length])).toEqual([
      ["k2", 32],
      ["k1", 32]
    ])
    expect(`${keys} ${JSON.stringify(keys)}`).toBe('<redacted> "<redacted>"')
    expect(Schema.encodeSync(SecretsKey)(keys)).toBe(`${k2},${k1}`)
  })

  const base64 = (bytes: number) => Buffer.alloc(bytes, 7).toString("base64")
  it.each([
    ["", "key 1 of 1 is not"],
    ["k1", "must have 32 bytes in base64 after each name; key 1 of 1 has not"],
    [`K1:${base64(32)}`, "must be name:base64"],
    [`:${base64(32)}`, "must be name:base64"],
    [`${"k".repeat(41)}:${base64(32)}`, "must be name:base64"],
    [`${k1},`, "key 2 of 2 is not"],
    [`k2:${base64(31)}`, "must have 32 bytes"],
    [`k2:${base64(33)}`, "must have 32 bytes"],
    [`k2:${base64(32).replace("=", "")}`, "must have 32 bytes"],
    [`k2:${base64(32).replace("B", "!")}`, "must have 32 bytes"],
    [`${k1},${k2},k1:${base64(32)}`, "must name each key once; key 3 of 3 repeats a name"]
  ])("%s is refused", (text, message) => {
    const decoded = Schema.decodeResult(SecretsKey)(text)
    expect(Result.isFailure(decoded) && decoded.failure.message).toContain(message)
    for (const shown of text.split(/[,:]/).filter((part) => part.length > 20))
      expect(Result.isFailure(decoded) && decoded.failure.message).not.toContain(shown)
  })
})

describe("sealing", () => {
  law.prop(
    "opens to what was sealed, for any text and owner",
    { text: Schema.String, owner: Schema.String },
    (told) => {
      const [text, owner] = [told.text.toWellFormed(), told.owner.toWellFormed()]
      const { seal, open } = makeSealer(one)
      expect(open(seal(text, owner), owner)).toBe(text)
    }
  )

  it("shows nothing of the secret, and never seals it twice alike", () => {
    const { seal } = makeSealer(one)
    const [first, second] = [seal(plain, context), seal(plain, context)]
    expect(first.keyName).toBe("k1")
    expect(Buffer.from(first.sealed).includes(plain)).toBe(false)
    expect(Buffer.from(first.sealed).equals(Buffer.from(second.sealed))).toBe(false)
    expect(first.sealed.length).toBe(plain.length + 12 + 16)
  })

  it("is by the first key; every key opens", () => {
    const old = makeSealer(one).seal(plain, context)
    const both = makeSealer(keysOf(`${k2},${k1}`))
    expect(both.open(old, context)).toBe(plain)
    const anew = both.seal(both.open(old, context), context)
    expect(anew.keyName).toBe("k2")
    expect(makeSealer(keysOf(k2)).open(anew, context)).toBe(plain)
  })

  it("is refused under a key that is not there, by its name alone", () => {
    const error = refusal(() => makeSealer(keysOf(k2)).open(makeSealer(one).seal(plain, context), context))
    expect(error).toMatchObject({ reason: "unknown-key", keyName: "k1" })
    expect(error.message).toBe("A secret is sealed under the key k1, which SECRETS_KEY does not have")
  })

  it("is refused when any byte is another one, or missing", () => {
    const { seal, open } = makeSealer(one)
    const { keyName, sealed } = seal(plain, context)
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed)
      changed[at] = (changed[at] as number) ^ 1
      expect(refusal(() => open({ keyName, sealed: changed }, context)).reason).toBe("damaged")
      expect(refusal(() => open({ keyName, sealed: sealed.subarray(0, at) }, context)).reason).toBe("damaged")
    }
  })

  it("is refused to another owner, and under another key of the same name", () => {
    const secret = makeSealer(one).seal(plain, context)
    expect(refusal(() => makeSealer(one).open(secret, "acme/s-2/id-1")).reason).toBe("damaged")
    const error = refusal(() => makeSealer(keysOf(freshKey("k1"))).open(secret, context))
    expect(error.reason).toBe("damaged")
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toContain(plain)
    expect(error.cause).toBeUndefined()
  })
})

describe("deriving", () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")

  it("gives one key per purpose and key, always the same", () => {
    const keys = keysOf(`${k2},${k1}`)
    expect(deriveKeys(keys, "unsubscribe").map(hex)).toEqual([
      hex(deriveKey(keysOf(k2), "unsubscribe")),
      hex(deriveKey(one, "unsubscribe"))
    ])
    expect(hex(deriveKey(keys, "unsubscribe"))).toBe(hex(deriveKey(keysOf(k2), "unsubscribe")))
    const all = [...deriveKeys(keys, "unsubscribe"), ...deriveKeys(keys, "other")].map(hex)
    expect(new Set(all).size).toBe(4)
    expect(all.every((key) => key.length === 64)).toBe(true)
    for (const { key } of Redacted.value(keys)) expect(all).not.toContain(hex(key))
  })

  it("is HKDF-SHA256, so that links stay good from one release to the next", () => {
    const fixed = keysOf(`k:${Buffer.alloc(32, 1).toString("base64")}`)
    expect(hex(deriveKey(fixed, "unsubscribe"))).toBe(
      "f740e3de84031764326c8917faf48adddfadc7b0d39393478bef61b43ff875ee"
    )
  })
})
