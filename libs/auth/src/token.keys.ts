import { readFile, stat } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose"

/**
 * The issuer's public keys (a JWKS). By `http(s)://` they are fetched when first needed, again after ten minutes, and, at
 * most every 30 seconds, when a token names a key that is not among them: so keys rotate without a restart. A `file://` is
 * read again when it has changed and a token names an unknown key.
 */
export const issuerKeys = (jwksUrl: string): JWTVerifyGetKey => {
  const url = new URL(jwksUrl)
  return url.protocol === "file:" ? fileKeys(fileURLToPath(url)) : createRemoteJWKSet(url)
}

const fileKeys = (path: string): JWTVerifyGetKey => {
  let loaded: { readonly changed: number; readonly find: JWTVerifyGetKey } | undefined
  const load = async () => {
    const changed = (await stat(path)).mtimeMs
    if (loaded?.changed === changed) return loaded
    const set = JSON.parse(await readFile(path, "utf8")) as JSONWebKeySet
    loaded = { changed, find: createLocalJWKSet(set) }
    return loaded
  }
  return async (header, token) => {
    const known = loaded ?? (await load())
    try {
      return await known.find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      const newest = await load()
      if (newest === known) throw error
      return newest.find(header, token)
    }
  }
}
