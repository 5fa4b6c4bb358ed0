import { readFileSync } from "node:fs"

/** The programs in the client's README, by the name behind `ts` at the head of their block. */
export const readmePrograms = (): Readonly<Record<string, string>> => {
  const text = readFileSync(new URL("../../libs/client/README.md", import.meta.url), "utf8")
  const blocks = text.matchAll(/^```ts (\w+)\n([\s\S]*?)^```$/gm)
  return Object.fromEntries([...blocks].map(([, name, program]) => [name as string, program as string]))
}
