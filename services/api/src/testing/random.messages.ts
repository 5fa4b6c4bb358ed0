/** Messages near the contract and far from it, by a seed: requests of HTTP as commands over NATS, and worse. */

import { commands } from "@sluice/contracts/command/command.catalog"
import type { Random } from "./random.numbers.ts"
import type { RawRequest } from "./random.requests.ts"

export interface RawMessage {
  /** Without `cmd.` or `cmdq.`. */
  readonly to: string
  readonly data: Buffer
  /** Bytes from `NATS/1.0` on. */
  readonly headers: Buffer
}

const routes = commands.map(({ name, endpoint: { method, path } }) => ({
  name,
  method,
  params: [...path.matchAll(/:([a-z]+)/gi)].map(([, param]) => param as string),
  pattern: new RegExp(`^${path.replaceAll(/:[a-z]+/gi, "([^/]*)")}$`)
}))

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const json = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

const SUBJECTS = [
  "acme",
  "acme.session",
  "acme.session.open.more",
  "acme.session.close",
  "acme.a.b",
  "ACME.session.open"
]
const ENVELOPES = [
  "",
  "{",
  "[]",
  "null",
  "0",
  '""',
  '{"body"}',
  '{"params":[],"body":{}}',
  '{"params":null}',
  '{"x":1}',
  "\ufeff{}"
]
const TENANTS = ["other", "nobody", "x".repeat(60), "\u00fc"]

export const randomMessages = (random: Random, next: () => RawRequest) => {
  const one = <A>(list: ReadonlyArray<A>): A => list[Math.floor(random() * list.length)] as A
  const chance = (probability: number): boolean => random() < probability

  const addressed = ({ method, target }: RawRequest) => {
    const path = target.split(/[?#]/, 1)[0] as string
    for (const { name, method: wanted, params, pattern } of routes) {
      const match = wanted === method ? pattern.exec(path) : null
      if (match !== null)
        return {
          name,
          params: Object.fromEntries(params.map((param, index) => [param, unescaped(match[index + 1] ?? "")]))
        }
    }
    return undefined
  }
  const envelope = (params: Record<string, unknown>, { body }: RawRequest): Buffer => {
    if (chance(0.02)) return Buffer.from(one(ENVELOPES))
    if (chance(0.02)) return Buffer.from(Array.from({ length: 60 }, () => Math.floor(random() * 256)))
    if (chance(0.003)) return Buffer.alloc(2_000_000, "x")
    const parsed = json(body)
    if (body.length > 0 && parsed === undefined) return Buffer.concat([Buffer.from('{"body":'), body, Buffer.from("}")])
    const bent = chance(0.03) ? { ...params, [one(["id", "key", "x", "__proto__"])]: one(["x", 1, null, {}]) } : params
    const whole = {
      ...(Object.keys(bent).length > 0 || chance(0.1) ? { params: bent } : {}),
      ...(body.length > 0 ? { body: parsed } : {}),
      ...(chance(0.02) ? { [one(["Body", "headers", ""])]: 1 } : {})
    }
    return Buffer.from(JSON.stringify(whole))
  }
  const headers = (given: RawRequest["headers"]): Buffer => {
    const sent = given.filter(([name]) => !["Expect", "Upgrade"].includes(name))
    const lines = (chance(0.1) ? sent : [...new Map(sent)]).map((one) => one.join(": "))
    const worse = chance(0.02)
      ? [one([": x", "no colon", "bad name: x", "Idempotency-Key: \u0000", "authorization: Bearer x"])]
      : []
    const first = chance(0.005) ? one(["NATS/1.0 503", "NATS/1.0 408 Request Timeout", "NATS/1.1"]) : "NATS/1.0"
    return Buffer.from(`${[first, ...lines, ...worse].join("\r\n")}\r\n\r\n`, "latin1")
  }

  return (): RawMessage => {
    let request = next()
    while (addressed(request) === undefined && chance(0.98)) request = next()
    const found = addressed(request)
    const to =
      found === undefined || chance(0.02) ? one(SUBJECTS) : `${chance(0.03) ? one(TENANTS) : "acme"}.${found.name}`
    return { to, data: envelope(found?.params ?? {}, request), headers: headers(request.headers) }
  }
}
