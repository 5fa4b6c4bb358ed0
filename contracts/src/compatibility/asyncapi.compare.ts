import { compareAccess, compareServerAccess } from "./asyncapi.access.ts"
import { type Door, type DoorMessage, doorsOf } from "./asyncapi.doors.ts"
import { compareStructure } from "./asyncapi.structure.ts"
import { compareVersions } from "./asyncapi.versions.ts"
import type { Announced } from "./compatibility.announced.ts"
import type { Finding } from "./compatibility.change.ts"
import { problemFindings } from "./problem.findings.ts"
import { type Document, followed, type JsonSchema } from "./schema.document.ts"
import { type Documents, schemaFindings } from "./schema.findings.ts"

/** What changed for publishers of commands and subscribers of events. */
export const compareAsyncApi = (documents: Documents, announced: Announced): ReadonlyArray<Finding> => {
  const [were, are] = [doorsOf(documents.released), doorsOf(documents.current)]
  const both = [...were].flatMap(([key, was]) => {
    const is = are.get(key)
    return is === undefined ? [] : [[was, is] as const]
  })
  return [
    ...compareStructure(documents, were, are, announced),
    ...compareServerAccess(documents),
    ...both.flatMap(([was, is]) => [
      ...compareVersions(was, is, announced.changelog),
      ...compareAccess(documents, was, is),
      ...[...was.messages].flatMap(([key, before]) => {
        const after = is.messages.get(key)
        return after === undefined ? [] : compareMessages(documents, is, key, before, after)
      })
    ])
  ]
}

const NEW_VERSION =
  "such events are stored, so give the event a new version, with an upcaster from this one and an entry in the changelog, and leave this one as it is"

const compareMessages = (
  documents: Documents,
  { label, name, who }: Door,
  key: string,
  was: DoorMessage,
  is: DoorMessage
): ReadonlyArray<Finding> => {
  const by = is.role === "command" ? "others" : "sluice"
  const wheres = {
    command: label,
    answer: `the reply to ${label}`,
    refusal: `${key} as reply`,
    event: versionLabel(name, key)
  }
  const place = {
    who,
    by,
    where: wheres[is.role],
    ...(is.role === "event" ? { remedy: NEW_VERSION, stored: "data" } : {})
  } as const
  const payloads = is.role === "refusal" ? problemFindings : schemaFindings
  return [
    ...schemaFindings(documents, was.headers, is.headers, { ...place, where: `the headers of ${place.where}` }),
    ...payloads(documents, whole(documents.released, was), whole(documents.current, is), place)
  ]
}

/** The payload of a command or an event is its own, though it stands among the components. */
const whole = (document: Document, { role, payload }: DoorMessage): JsonSchema =>
  role === "command" || role === "event" ? followed<JsonSchema>(document, payload as never) : payload

/** `approval.requested`, `approval.requested.v1` → `approval.requested version 1` */
const versionLabel = (name: string, key: string): string => `${name} version ${/(\d+)$/.exec(key)?.[1] ?? "?"}`
