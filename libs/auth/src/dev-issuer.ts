import { existsSync } from "node:fs"
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from "jose"

export interface DevIssuer {
  readonly issuer: string
  readonly audience: string
  /** `file://…` of the public key. */
  readonly jwksUrl: string
  /** A token with these claims; `expiresIn` as jose takes it, for example `1h`. */
  readonly sign: (claims: JWTPayload, expiresIn: string) => Promise<string>
}

const ISSUER = "urn:sluice:dev-issuer"
const AUDIENCE = "sluice"

/**
 * The issuer of a development stack: its key is made once and kept in `dir` (`issuer.jwk`, readable by its owner alone),
 * the public half beside it (`jwks.json`). Production has a real issuer and never calls this.
 */
export const ensureDevIssuer = async (dir: string): Promise<DevIssuer> => {
  const privateFile = join(dir, "issuer.jwk")
  const publicFile = join(dir, "jwks.json")
  await mkdir(dir, { recursive: true })
  if (!existsSync(privateFile)) await write(privateFile, await newKey(), 0o600, "first wins")
  const jwk = JSON.parse(await readFile(privateFile, "utf8")) as JWK
  const { d: _, ...publicKey } = jwk
  const published = { keys: [publicKey] }
  if (!(await holds(publicFile, published))) await write(publicFile, published, 0o644, "last wins")

  const key = await importJWK(jwk, "EdDSA")
  const header = { alg: "EdDSA", kid: jwk.kid as string, typ: "JWT" }
  return {
    issuer: ISSUER,
    audience: AUDIENCE,
    jwksUrl: pathToFileURL(publicFile).href,
    sign: (claims, expiresIn) =>
      new SignJWT(claims)
        .setProtectedHeader(header)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(expiresIn)
        .sign(key)
  }
}

const newKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: "EdDSA", use: "sig" }
}

const holds = async (file: string, value: unknown): Promise<boolean> =>
  existsSync(file) && (await readFile(file, "utf8")) === JSON.stringify(value)

/** Whole or not at all, and agreed upon: two stacks may start at once. */
const write = async (file: string, value: unknown, mode: number, race: "first wins" | "last wins"): Promise<void> => {
  const partial = `${file}.${crypto.randomUUID()}`
  await writeFile(partial, JSON.stringify(value), { mode })
  await chmod(partial, mode)
  if (race === "last wins") return rename(partial, file)
  try {
    await link(partial, file)
  } catch (error) {
    if (!existsSync(file)) throw error
  } finally {
    await rm(partial)
  }
}
