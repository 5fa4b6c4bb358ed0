import { BoundedMemory } from "./memory.bounded.ts"

/** Which versions one's own commands gave to which resources, so that one's next read answers none before. */
export interface OwnVersions {
  readonly written: (resource: string, version: number) => void
  readonly of: (resource: string) => number | undefined
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** @param limit resources remembered */
export const ownVersions = (limit: number): OwnVersions => {
  const memory = new BoundedMemory<number>(limit)
  return {
    written: (resource, version) => memory.set(resource, Math.max(version, memory.get(resource) ?? 0)),
    of: (resource) => memory.get(resource)
  }
}

/**
 * The resource that a path is about: everything up to its first parameter (`/v1/runs/:id/tasks/:key/start` with its ids is
 * about the run), or the whole of it. Its stream is the one whose version the `ETag` of every command on it says.
 */
export const resourceOf = (template: string, path: string): string => {
  const first = template.split("/").findIndex((segment) => segment.startsWith(":"))
  const segments = path.split("/")
  return (first < 0 ? segments : segments.slice(0, first + 1))
    .map((segment) => (UUID.test(segment) ? segment.toLowerCase() : segment))
    .join("/")
}
