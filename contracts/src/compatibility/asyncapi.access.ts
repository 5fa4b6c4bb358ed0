import { type Credentials, credentialsOf, type Door } from "./asyncapi.doors.ts"
import type { Affected, Finding } from "./compatibility.change.ts"
import type { Document } from "./schema.document.ts"
import { type Documents, schemaFindings } from "./schema.findings.ts"

/** What a client needs besides the subject and the message, and which @asyncapi/diff is not shown: where to look, and as whom. */

/** Of a door that both have. */
export const compareAccess = (documents: Documents, was: Door, is: Door): ReadonlyArray<Finding> => {
  const { label, who } = is
  // Many doors share these: each cause is told once.
  const moved = (what: string): Finding => ({ breaking: true, who, where: label, what, shared: what })
  return [
    ...compareParameters(documents, was, is),
    ...(was.stream === is.stream
      ? []
      : [moved(`its JetStream stream is ${is.stream ?? "none"}, was ${was.stream ?? "none"}`)]),
    ...(was.replyTo === is.replyTo ? [] : [moved(`replies go ${goal(is.replyTo)}, no longer ${goal(was.replyTo)}`)]),
    ...compareCredentials(was.credentials, is.credentials, who, label)
  ]
}

const goal = (replyTo: string | null): string => (replyTo === null ? "where the request says" : `to ${replyTo}`)

/** What stands in a subject is written by whoever publishes there; a new name for a parameter is the subject's to tell. */
const compareParameters = (documents: Documents, was: Door, { parameters, label, who, action }: Door) =>
  [...was.parameters].flatMap(([name, before]) => {
    const after = parameters.get(name)
    if (after === undefined) return []
    const by = action === "send" ? "others" : "sluice"
    return schemaFindings(documents, before, after, { who, by, where: label }).map((one) => ({
      ...one,
      what: one.what.replace(/^it/, `${name} in its subject`),
      shared: one.what.replace(/^it/, `${name} in a subject`)
    }))
  })

/** Whatever credentials were enough must be enough. */
const compareCredentials = (
  were: ReadonlyArray<Credentials>,
  are: ReadonlyArray<Credentials>,
  who: Affected,
  where: string
): ReadonlyArray<Finding> => {
  if (are.length === 0) return []
  const enough = were.length > 0 && were.every(({ json }) => are.some((one) => one.json === json))
  const names = (these: ReadonlyArray<Credentials>) => these.map(({ name }) => name).join(" or ") || "none"
  const same = names(were) === names(are)
  const what = same ? `its credentials ${names(are)} changed` : `its credentials are ${names(are)}, were ${names(were)}`
  return enough ? [] : [{ breaking: true, who, where, what, shared: what }]
}

type Server = { readonly security?: ReadonlyArray<{ readonly $ref: string }> }

/** Of every server that both have. */
export const compareServerAccess = ({ released, current }: Documents): ReadonlyArray<Finding> => {
  const serversOf = ({ servers }: Document) => Object.entries((servers ?? {}) as Readonly<Record<string, Server>>)
  const are = new Map(serversOf(current))
  return serversOf(released).flatMap(([name, { security }]) => {
    const is = are.get(name)
    if (is === undefined) return []
    const [before, after] = [credentialsOf(released, security), credentialsOf(current, is.security)]
    return (["publishers of commands", "subscribers of events"] as const).flatMap((who) =>
      compareCredentials(before, after, who, `the server ${name}`)
    )
  })
}
