import { randomBytes } from "node:crypto"
import { SignJWT } from "jose"
import { describe, expect, it } from "vitest"
import { readUnsubscription, signUnsubscription } from "./unsubscribe.token.ts"

const [key, older, strange] = [randomBytes(32), randomBytes(32), randomBytes(32)] as const
const who = { tenant: "acme", owner: { kind: "actor", id: "user/ann" } } as const
const jwt = (claims: Record<string, unknown>, signer: Uint8Array = key, alg = "HS256") =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(signer)

describe("the token of an unsubscribe link", () => {
  it("says whose mails are to stop", async () => {
    expect(await readUnsubscription(await signUnsubscription(who, key), [key])).toEqual(who)
    const role = { tenant: "acme", owner: { kind: "role", id: "Ünïcode / role" } } as const
    expect(await readUnsubscription(await signUnsubscription(role, key), [key])).toEqual(role)
  })

  it("is the same for the same owner, and fits into a path", async () => {
    const token = await signUnsubscription(who, key)
    expect(token).toBe(await signUnsubscription(who, key))
    expect(encodeURIComponent(token)).toBe(token)
  })

  it("stays good after the key was replaced, as long as the old one is kept", async () => {
    const token = await signUnsubscription(who, older)
    expect(await readUnsubscription(token, [key, older])).toEqual(who)
    expect(await readUnsubscription(token, [key])).toBeUndefined()
  })

  it("is refused when anything about it is not ours", async () => {
    const good = await signUnsubscription(who, key)
    const [head, body, signature] = good.split(".") as [string, string, string]
    const forged = Buffer.from(JSON.stringify({ ...who, tenant: "other" })).toString("base64url")
    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url")
    const bad = [
      "",
      "x",
      "a.b.c",
      "é.é.é",
      `${head}.${forged}.${signature}`,
      `${none}.${body}.`,
      `${good}x`,
      await signUnsubscription(who, strange),
      await jwt(who, key, "HS512").catch(() => jwt(who, Buffer.concat([key, key]), "HS512")),
      await jwt({ tenant: "acme" }),
      await jwt({ tenant: "acme", owner: { kind: "system", id: "x" } }),
      await jwt({ ...who, exp: 1 })
    ]
    for (const token of bad) expect(await readUnsubscription(token, [key, older]), token).toBeUndefined()
  })
})
