/** What is the same on every door is left as it is; what differs between any two runs (ids, times, secrets) is named in order. */
export const makeNormalise = (tenant: string) => {
  const ids = new Map<string, string>()
  const inText = (text: string): string =>
    text
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
        const known = ids.get(id) ?? `#${ids.size + 1}`
        ids.set(id, known)
        return known
      })
      .replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z/g, "T")
      .replaceAll(/whsec_[\w+/=]+|sealed:[\w+/=:.-]+/g, "SECRET")
      .replaceAll(tenant, "TENANT")
  const normalise = (value: unknown): unknown => {
    if (typeof value === "string") return inText(value)
    if (Array.isArray(value)) return value.map(normalise)
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [inText(key), normalise(child)]))
  }
  return normalise
}

/** A command's answer, whichever door gave it. */
export interface Told {
  readonly status: number
  readonly etag: string | undefined
  readonly location: string | undefined
  readonly replayed: string | undefined
  readonly trace: string | undefined
  readonly type: string | undefined
  readonly body: unknown
}

export const toldOf = (status: number, headers: (name: string) => string | null | undefined, text: string): Told => ({
  status,
  etag: headers("etag") ?? undefined,
  location: headers("location") ?? undefined,
  replayed: headers("idempotency-replayed") ?? undefined,
  trace: headers("x-trace-id") ?? undefined,
  type: headers("content-type") ?? undefined,
  body: text === "" ? "" : JSON.parse(text)
})
