import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect, Result } from "effect"
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose"
import { afterAll, afterEach, describe, expect, it, vi } from "vitest"
import { ensureDevIssuer, type Verifier, verifier } from "./index.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-auth-"))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => void vi.useRealTimers())

const dev = await ensureDevIssuer(folder)
const claims = { tenant: "acme", sub: "ada" }

/** The tag of the refusal, or the principal. */
const outcome = async (by: Verifier, token: string) => {
  const result = await Effect.runPromise(Effect.result(by.verify(token)))
  return Result.isSuccess(result) ? result.success : result.failure._tag
}

const signedBy = async (alg: string, change: (jwt: SignJWT) => SignJWT = (jwt) => jwt) => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const kid = crypto.randomUUID()
  const jwt = new SignJWT(claims).setProtectedHeader({ alg, kid }).setIssuer(dev.issuer).setAudience(dev.audience)
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg },
    token: await change(jwt.setExpirationTime("1h")).sign(privateKey)
  }
}

describe("a token of the development issuer", () => {
  const good = verifier(dev)

  it("says for which tenant, as whom and with what scopes", async () => {
    const token = await dev.sign({ ...claims, roles: ["pm", "finance"], scope: "sessions:read x", kind: "agent" }, "1h")
    expect(await outcome(good, token)).toEqual({
      tenant: "acme",
      actor: { kind: "agent", id: "ada", roles: ["pm", "finance"] },
      scopes: new Set(["sessions:read"])
    })
  })

  it("is a user's without roles or scopes unless it says otherwise", async () => {
    expect(await outcome(good, await dev.sign(claims, "1h"))).toEqual({
      tenant: "acme",
      actor: { kind: "user", id: "ada", roles: [] },
      scopes: new Set()
    })
  })

  it("allows everything with *", async () => {
    const principal = await outcome(good, await dev.sign({ ...claims, scope: "*" }, "1h"))
    expect(principal).toMatchObject({ scopes: expect.objectContaining({ size: 17 }) })
  })

  it.each<[string, JWTPayload]>([
    ["no tenant", { sub: "ada" }],
    ["a tenant in capitals", { ...claims, tenant: "Acme" }],
    ["a tenant that is a NATS wildcard", { ...claims, tenant: "*" }],
    ["a tenant of 41 characters", { ...claims, tenant: "a".repeat(41) }],
    ["no subject", { tenant: "acme" }],
    ["an empty subject", { ...claims, sub: "" }],
    ["a subject that Postgres cannot store", { ...claims, sub: "a\u0000" }],
    ["a subject with half a character", { ...claims, sub: "\ud800" }],
    ["the kind system", { ...claims, kind: "system" }],
    ["roles that are no list", { ...claims, roles: "pm" }],
    ["an empty role", { ...claims, roles: [""] }],
    ["a scope that is no text", { ...claims, scope: ["*"] }]
  ])("is refused with %s", async (_, bad) => {
    expect(await outcome(good, await dev.sign(bad, "1h"))).toBe("TokenRefused")
  })

  it("is refused once it has expired, also when it was good before", async () => {
    const token = await dev.sign(claims, "10m")
    expect(await outcome(good, token)).toMatchObject({ tenant: "acme" })
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 11 * 60_000 })
    expect(await outcome(good, token)).toBe("TokenRefused")
  })

  it("is refused for another issuer or audience", async () => {
    const token = await dev.sign(claims, "1h")
    expect(await outcome(verifier({ ...dev, issuer: "other" }), token)).toBe("TokenRefused")
    expect(await outcome(verifier({ ...dev, audience: "other" }), token)).toBe("TokenRefused")
  })

  it("is refused when a character of it was changed", async () => {
    const [header, payload, signature] = (await dev.sign(claims, "1h")).split(".") as [string, string, string]
    const other = Buffer.from(payload, "base64url").toString().replace("acme", "evil")
    const forged = [header, Buffer.from(other).toString("base64url"), signature].join(".")
    expect(await outcome(good, forged)).toBe("TokenRefused")
  })

  it("lives as long as its key: the issuer made again in the same folder is the same", async () => {
    const again = await ensureDevIssuer(folder)
    expect(await outcome(good, await again.sign(claims, "1h"))).toMatchObject({ tenant: "acme" })
    expect(statSync(join(folder, "issuer.jwk")).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).sort()).toEqual(["issuer.jwk", "jwks.json"])
    expect(readFileSync(join(folder, "jwks.json"), "utf8")).not.toContain('"d"')
  })

  it("is verified by all of several stacks that make the issuer at the same time", async () => {
    const shared = mkdtempSync(join(tmpdir(), "sluice-auth-"))
    const stacks = await Promise.all(Array.from({ length: 20 }, () => ensureDevIssuer(shared)))
    for (const stack of stacks)
      expect(await outcome(verifier(stack), await stack.sign(claims, "1h"))).toMatchObject({ tenant: "acme" })
    rmSync(shared, { recursive: true })
  })
})

describe("what is not signed by the issuer", () => {
  const good = verifier(dev)

  it.each(["", "x", "a.b.c", ".".repeat(50), "a".repeat(100_000)])("is refused: %.20s", async (token) => {
    expect(await outcome(good, token)).toBe("TokenRefused")
  })

  it("is refused without a signature, or with the public key taken for a shared secret", async () => {
    const now = Math.floor(Date.now() / 1000)
    const body = { ...claims, iss: dev.issuer, aud: dev.audience, exp: now + 60 }
    expect(await outcome(good, new UnsecuredJWT(body).encode())).toBe("TokenRefused")
    const secret = new TextEncoder().encode(readFileSync(fileURLToPath(dev.jwksUrl), "utf8"))
    const confused = await new SignJWT(body).setProtectedHeader({ alg: "HS256" }).sign(secret)
    expect(await outcome(good, confused)).toBe("TokenRefused")
  })

  it("is refused without an expiry", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true })
    const file = join(folder, "eternal.json")
    writeFileSync(file, JSON.stringify({ keys: [await exportJWK(publicKey)] }))
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256" })
      .setIssuer(dev.issuer)
      .setAudience(dev.audience)
      .sign(privateKey)
    expect(await outcome(verifier({ ...dev, jwksUrl: new URL(`file://${file}`).href }), token)).toBe("TokenRefused")
    rmSync(file)
  })
})

describe("the issuer's keys", () => {
  it("are read from a file again when a token names a new one", async () => {
    const [first, second] = [await signedBy("RS256"), await signedBy("ES256")]
    const file = join(folder, "rotating.json")
    writeFileSync(file, JSON.stringify({ keys: [first.jwk] }))
    const rotating = verifier({ ...dev, jwksUrl: `file://${file}` })
    expect(await outcome(rotating, first.token)).toMatchObject({ tenant: "acme" })
    expect(await outcome(rotating, second.token)).toBe("TokenRefused")
    writeFileSync(file, JSON.stringify({ keys: [first.jwk, second.jwk] }))
    expect(await outcome(rotating, second.token)).toMatchObject({ tenant: "acme" })
    rmSync(file)
  })

  it("are fetched by URL, and again after the cool-down when a token names a new one", async () => {
    const [first, second] = [await signedBy("EdDSA"), await signedBy("RS256")]
    let keys = [first.jwk]
    let fetched = 0
    const server = createServer((_, response) => {
      fetched++
      response.setHeader("content-type", "application/json").end(JSON.stringify({ keys }))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const remote = verifier({ ...dev, jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` })
    expect(await outcome(remote, first.token)).toMatchObject({ tenant: "acme" })
    keys = [second.jwk]
    expect(await outcome(remote, second.token)).toBe("TokenRefused")
    expect(fetched).toBe(1)
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 })
    expect(await outcome(remote, second.token)).toMatchObject({ tenant: "acme" })
    expect(fetched).toBe(2)
    server.closeAllConnections()
    server.close()
  })

  it("that cannot be had make nobody a liar", async () => {
    const { token } = await signedBy("EdDSA")
    expect(await outcome(verifier({ ...dev, jwksUrl: "http://127.0.0.1:1/jwks" }), token)).toBe("KeysUnavailable")
    expect(await outcome(verifier({ ...dev, jwksUrl: "file:///nowhere/jwks.json" }), token)).toBe("KeysUnavailable")
  })
})
