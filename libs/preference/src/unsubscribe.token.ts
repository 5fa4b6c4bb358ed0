import { Audience } from "@sluice/contracts/notification/notification.views"
import { Schema } from "effect"
import { errors, jwtVerify, SignJWT } from "jose"

/**
 * What a link in an e-mail carries (JWT, HS256): whose mails are to stop. It does not expire, since old e-mails are kept, and
 * it lets nobody do anything else.
 */
const Claims = Schema.Struct({ tenant: Schema.String, owner: Audience })
export type Unsubscription = typeof Claims.Type

const isClaims = Schema.is(Claims)
const ALGORITHM = "HS256"

/** The purpose of the key that signs these links. */
export const UNSUBSCRIBE = "unsubscribe"

/** @param key 32 bytes for this purpose alone */
export const signUnsubscription = ({ tenant, owner }: Unsubscription, key: Uint8Array): Promise<string> =>
  new SignJWT({ tenant, owner }).setProtectedHeader({ alg: ALGORITHM }).sign(key)

/** What the token says, where one of these keys has signed it; undefined for any other text. */
export const readUnsubscription = async (
  token: string,
  keys: ReadonlyArray<Uint8Array>
): Promise<Unsubscription | undefined> => {
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify(token, key, { algorithms: [ALGORITHM] })
      if (isClaims(payload)) return { tenant: payload.tenant, owner: payload.owner }
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
    }
  }
  return undefined
}
