import { expect, it } from "vitest"
import { reasonOf } from "./post.outcome.ts"

const error = (message: string, rest: object = {}) => Object.assign(new Error(message), rest)

it.each([
  ["TLS: wrong version number", error("0A:error:…:../deps/x.c:78:\n", { code: "ERR_SSL_WRONG_VERSION_NUMBER" })],
  [
    "the answer is no HTTP",
    error("The expression evaluated to a falsy value:\n\n  assert(…)\n", { code: "ERR_ASSERTION" })
  ],
  ["ECONNREFUSED", error("connect ECONNREFUSED 10.0.0.1:443", { code: "ECONNREFUSED", syscall: "connect" })],
  [
    "self-signed certificate",
    error("self-signed certificate; if the root CA…", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" })
  ],
  ["unknown", undefined]
])("says %s, and nothing of our own insides", (words, failure) => expect(reasonOf(failure)).toBe(words))
