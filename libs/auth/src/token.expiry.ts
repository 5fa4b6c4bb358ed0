import { decodeJwt } from "jose"

/** When a token that has been verified expires, in milliseconds since 1970. Throws for what is no JWT or has no expiry. */
export const tokenExpiry = (token: string): number => {
  const { exp } = decodeJwt(token)
  if (exp === undefined) throw new Error("A verified token has an expiry")
  return exp * 1000
}
