import { diff } from "@asyncapi/diff"
import type { Door } from "./asyncapi.doors.ts"
import type { Announced } from "./compatibility.announced.ts"
import type { Finding } from "./compatibility.change.ts"
import type { Documents } from "./schema.findings.ts"

/**
 * Doors, subjects, messages and servers, compared by AsyncAPI's own tool. It gets a skeleton of each document, since of schemas it knows
 * only that they changed, and of references nothing.
 */
type Doors = ReadonlyMap<string, Door>

interface StructureChange {
  readonly action: "add" | "edit" | "remove"
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
  readonly type: "breaking" | "non-breaking" | "unclassified"
}

export const compareStructure = (
  documents: Documents,
  were: Doors,
  are: Doors,
  { now, sunsets }: Pick<Announced, "now" | "sunsets">
): ReadonlyArray<Finding> => {
  const released = skeletonOf(were, are, documents.released.servers)
  const current = skeletonOf(are, were, documents.current.servers)
  const { changes } = diff(released, current).getOutput() as { changes: ReadonlyArray<StructureChange> }
  return changes.flatMap((change) => {
    const [place, key = "", ...rest] = change.path.slice(1).split("/").map(unescaped)
    if (place === "servers") return serverFindings(change, key)
    const door = are.get(key) ?? were.get(key)
    if (door === undefined) throw new Error(`@asyncapi/diff tells of ${change.path}, which is no door`)
    const finding = (breaking: boolean, what: string): ReadonlyArray<Finding> => [
      { breaking, who: door.who, where: door.label, what }
    ]
    if (rest.length === 0)
      return place === "operations" ? [] : [cameOrWent(door, change.action, now, sunsets.get(door.name))]
    return finding(change.type !== "non-breaking", says(change, rest))
  })
}

/**
 * Each door as a channel of its own. A refusal that comes or goes breaks nobody and versions of events have rules of their own, so of
 * those only what both sides have is shown.
 */
const skeletonOf = (doors: Doors, others: Doors, servers: unknown) => ({
  asyncapi: "3.0.0",
  info: { title: "", version: "" },
  servers: Object.fromEntries(
    Object.entries((servers ?? {}) as Record<string, { readonly protocol: string }>).map(([name, { protocol }]) => [
      name,
      { protocol }
    ])
  ),
  channels: Object.fromEntries(
    [...doors].map(([key, { subject, messages }]) => {
      const other = others.get(key)?.messages
      const shown = [...messages].filter(
        ([name, { role }]) => role === "command" || role === "answer" || other?.has(name)
      )
      return [
        key,
        {
          address: subject,
          messages: Object.fromEntries(shown.map(([name, { contentType }]) => [name, { contentType }]))
        }
      ]
    })
  ),
  operations: Object.fromEntries([...doors].map(([key, { action }]) => [key, { action }]))
})

const unescaped = (step: string): string => step.replaceAll("~1", "/").replaceAll("~0", "~")

const cameOrWent = (
  { label, who }: Door,
  action: StructureChange["action"],
  now: Date,
  sunset: Date | undefined
): Finding => {
  if (action === "add") return { breaking: false, who, where: label, what: "it is new" }
  const day = sunset?.toISOString().slice(0, 10)
  if (sunset !== undefined && sunset <= now)
    return { breaking: false, who, where: label, what: `it is gone, as announced for ${day}` }
  const keep = day === undefined ? "release it as deprecated first, with a Sunset" : `keep it until its Sunset, ${day}`
  const remedy = who === "subscribers of events" ? "keep it as long as such events are stored" : keep
  return { breaking: true, who, where: label, what: "it is gone", remedy }
}

const says = ({ action, before, after }: StructureChange, [part, message, detail]: ReadonlyArray<string>): string => {
  if (part === "address") return `its subject is ${after}, was ${before}`
  if (part === "action") return `clients ${after} it, they used to ${before} it`
  const what = detail === undefined ? `the message ${message}` : `${detail} of the message ${message}`
  if (action === "edit") return `${what} is ${after}, was ${before}`
  return `${what} is ${action === "add" ? "new" : "gone"}`
}

const serverFindings = ({ action, type, before, after }: StructureChange, name: string): ReadonlyArray<Finding> =>
  (["publishers of commands", "subscribers of events"] as const).map((who) => ({
    breaking: type !== "non-breaking",
    who,
    where: `the server ${name}`,
    what: action === "edit" ? `its protocol is ${after}, was ${before}` : `it is ${action === "add" ? "new" : "gone"}`
  }))
