/**
 * Answers in the generated OpenAPI document. What is sent is closed, since Sluice refuses fields that it does not know; what is answered
 * may gain fields at any time, which the document must not deny. What goes both ways stays closed.
 */

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { schemas: Record<string, object> }
}
interface Operation {
  readonly requestBody?: object
  readonly parameters?: ReadonlyArray<object>
  responses?: object
}

const REF = /"\$ref":"#\/components\/schemas\/([^"]+)"/g

export const openAnswers = (document: Record<string, unknown>): Record<string, unknown> => {
  const { paths, components } = document as unknown as Document
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  const sent = new Set<string>()
  const follow = (value: unknown): void => {
    for (const [, name = ""] of JSON.stringify(value).matchAll(REF)) {
      if (sent.has(name)) continue
      sent.add(name)
      follow(components.schemas[name])
    }
  }
  follow(operations.map(({ requestBody, parameters }) => [requestBody, parameters]))
  for (const operation of operations) if (operation.responses) operation.responses = opened(operation.responses)
  const all = Object.entries(components.schemas)
  components.schemas = Object.fromEntries(all.map(([name, one]) => [name, sent.has(name) ? one : opened(one)]))
  return document
}

const opened = <A>(value: A): A => {
  if (Array.isArray(value)) return value.map(opened) as A
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).filter(([key, one]) => !(key === "additionalProperties" && one === false))
  return Object.fromEntries(entries.map(([key, one]) => [key, opened(one)])) as A
}
