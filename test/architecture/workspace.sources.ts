import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../..", import.meta.url))

/** A TypeScript file of the workspace. */
export interface Source {
  /** From the root, e.g. `libs/lease/src/lease.ts`. */
  readonly path: string
  readonly lines: number
  /** What it imports, as written. */
  readonly imports: ReadonlyArray<string>
  /** Specs, what supports them, and `testing/` folders. */
  readonly isTest: boolean
}

/** A package of the workspace with its sources. */
export interface Package {
  readonly name: string
  /** From the root, e.g. `libs/lease`. */
  readonly folder: string
  /** By name: production and development alike. */
  readonly declared: Readonly<Record<string, string>>
  readonly sources: ReadonlyArray<Source>
}

const read = (path: string): string => readFileSync(join(root, path), "utf8")
const json = (path: string) => JSON.parse(read(path))

export const rootPackage: { workspaces: Array<string>; dependencies: Record<string, string> } & Record<
  "devDependencies" | "optionalDependencies",
  Record<string, string>
> = json("package.json")

const importing = /(?:^|[\s;}])(?:import|export)\s(?:[^"';]*?\sfrom\s)?"([^"]+)"|\bimport\("([^"]+)"\)/gm

const sourceOf = (path: string): Source => {
  const text = read(path)
  return {
    path,
    lines: text.split("\n").length - 1,
    imports: [...text.matchAll(importing)].map(([, plain, lazy]) => (plain ?? lazy) as string),
    isTest: /\.spec(-\w+)?\.ts$/.test(path) || path.includes("/testing/")
  }
}

const ignored = ["**/node_modules/**", "**/reports/**"]

export const packages: ReadonlyArray<Package> = globSync(
  rootPackage.workspaces.map((folder) => `${folder}/package.json`),
  { cwd: root }
).map((file) => {
  const folder = file.slice(0, -"/package.json".length)
  const { name, dependencies, devDependencies } = json(file)
  const nested = rootPackage.workspaces.filter((other) => other.startsWith(`${folder}/`)).map((other) => `${other}/**`)
  const files = globSync(`${folder}/**/*.ts`, { cwd: root, exclude: [...ignored, ...nested] })
  return { name, folder, declared: { ...dependencies, ...devDependencies }, sources: files.sort().map(sourceOf) }
})

export const everySource: ReadonlyArray<Source> = packages.flatMap(({ sources }) => sources)

/** `@sluice/lease/lease` → `@sluice/lease`; `effect/http` → `effect`; undefined for relative paths and Node's own modules. */
export const packageOf = (specifier: string): string | undefined => {
  if (specifier.startsWith(".") || specifier.startsWith("node:")) return undefined
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
}

/** The packages of ours that a source imports. */
export const ours = (source: Source): ReadonlyArray<Package> =>
  source.imports.flatMap((specifier) => packages.filter(({ name }) => name === packageOf(specifier)))

export const isIndex = ({ path }: Source): boolean => basename(path) === "index.ts"
export const textOf = (source: Source): string => read(source.path)
