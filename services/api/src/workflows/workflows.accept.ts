const YAML = ["application/yaml", "text/yaml", "application/x-yaml", "text/x-yaml"]
const JSON_OR_ANY = ["application/json", "application/*", "*/*"]

/** Whether an `Accept` header (RFC 9110, 12.5.1) prefers YAML to JSON. */
export const prefersYaml = (accept: string | undefined): boolean => {
  const ranges = (accept ?? "").split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase())
    const weight = parameters.find((one) => one.startsWith("q="))?.slice(2) ?? "1"
    return { type, weight: Number(weight) || 0 }
  })
  const best = (types: ReadonlyArray<string>): number =>
    Math.max(0, ...ranges.filter(({ type }) => types.includes(type)).map(({ weight }) => weight))
  const yaml = best(YAML)
  return yaml > 0 && yaml >= best(JSON_OR_ANY)
}
