export { type DevIssuer, ensureDevIssuer } from "./dev-issuer.ts"
export { principalOf } from "./principal.claims.ts"
export { KeysUnavailable, TokenRefused } from "./token.errors.ts"
export { type Verifier, type VerifierOptions, verifier } from "./token.verifier.ts"
