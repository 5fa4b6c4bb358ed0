import { preferred } from "../http/accept.ts"

const YAML = ["application/yaml", "text/yaml", "application/x-yaml", "text/x-yaml"]

/** Whether an `Accept` header prefers YAML to JSON. */
export const prefersYaml = (accept: string | undefined): boolean =>
  preferred(accept, [
    { format: "json", types: ["application/json"] },
    { format: "yaml", types: YAML }
  ]) === "yaml"
