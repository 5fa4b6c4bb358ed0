import { existsSync, globSync, readFileSync } from "node:fs"
import { join, normalize } from "node:path"
import { describe, expect, it } from "vitest"
import {
  everySource,
  isIndex,
  ours,
  type Package,
  packageOf,
  packages,
  root,
  rootPackage,
  type Source,
  textOf
} from "./workspace.sources.ts"

/** Libraries of one noun of the domain. */
const nouns = [
  "session",
  "approval",
  "workflow",
  "run",
  "subscription",
  "notification",
  "preference",
  "billing",
  "budget"
].map((noun) => `libs/${noun}`)
/** A run decides together with the approvals that it asks for; an inbox knows whom an approval still needs. */
const buildsOn: Readonly<Record<string, string>> = {
  "libs/run": "libs/approval",
  "libs/notification": "libs/approval"
}
/** What only development and tests may use. */
const ofDevelopment = ["libs/testing", "libs/embedded", "db"]
/** To declare it asks for servers to test on (see `vitest.base.ts`). */
const testServers = "@sluice/testing"
/** Everybody's, in tests. */
const testRunner = ["vitest", "@effect/vitest"]
const isService = ({ folder }: Package): boolean => folder.startsWith("services/")

/** May a package's production code know this other package? */
const mayKnow = (from: Package, to: Package): boolean => {
  if (from.folder === to.folder) return true
  if (from.folder === "contracts") return false
  if (nouns.includes(from.folder)) return to.folder === "contracts" || to.folder === buildsOn[from.folder]
  if (isService(to) || to.folder.startsWith("test")) return from.folder.startsWith("test")
  if (to.folder === "ops") return from.folder.startsWith("test")
  if (from.folder.startsWith("libs/") || from.folder === "db") return !nouns.includes(to.folder)
  if (isService(from)) return !ofDevelopment.includes(to.folder)
  return true
}

const production = (one: Package): ReadonlyArray<Source> =>
  one.folder.startsWith("test") ? one.sources : one.sources.filter(({ isTest }) => !isTest)

it("sees the workspace", () => {
  expect(packages.length).toBeGreaterThan(15)
  expect(everySource.length).toBeGreaterThan(200)
  expect(everySource.filter((source) => ours(source).length > 0).length).toBeGreaterThan(100)
})

describe("dependencies", () => {
  it("point one way: contracts ← libs ← services, infrastructure knows no noun, no service knows another", () => {
    const wrong = packages.flatMap((one) =>
      production(one).flatMap((source) =>
        ours(source)
          .filter((other) => !mayKnow(one, other))
          .map((other) => `${source.path} imports ${other.name}`)
      )
    )
    expect(wrong).toEqual([])
  })

  it("form no circle in production code", () => {
    const reach = (from: Package, seen: ReadonlySet<string>): ReadonlyArray<string> =>
      seen.has(from.folder)
        ? [[...seen, from.folder].join(" → ")]
        : [...new Set(production(from).flatMap(ours))]
            .filter((other) => other !== from)
            .flatMap((other) => reach(other, new Set([...seen, from.folder])))
    expect(packages.flatMap((one) => reach(one, new Set()))).toEqual([])
  })

  it("are declared in the package that imports them, since Nx draws its graph from there", () => {
    const missing = packages.flatMap(({ name, declared, sources }) =>
      sources.flatMap((source) =>
        source.imports
          .map(packageOf)
          .filter((used) => used !== undefined && used !== name && !(used in declared))
          .filter((used) => !(source.isTest && testRunner.includes(used as string)))
          .map((used) => `${source.path} imports ${used}`)
      )
    )
    expect(missing).toEqual([])
  })

  it("of the workspace are declared only where they are imported", () => {
    const idle = packages.flatMap(({ name, declared, sources }) => {
      const used = new Set(sources.flatMap(({ imports }) => imports.map(packageOf)))
      return Object.keys(declared)
        .filter((one) => one.startsWith("@sluice/") && !used.has(one) && one !== testServers)
        .filter((one) => !startedByName.includes(`${name} ${one}`))
        .map((one) => `${name} declares ${one}`)
    })
    expect(idle).toEqual([])
  })

  it("are pinned exactly, once, at the root", () => {
    const { dependencies, devDependencies, optionalDependencies } = rootPackage
    const pinned = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    expect(pinned.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
    const elsewhere = packages
      .filter(({ folder }) => folder !== "test/bench")
      .flatMap(({ name, declared }) =>
        Object.entries(declared)
          .filter(([, version]) => version !== "*")
          .map(([one, version]) => `${name}: ${one} ${version}`)
      )
    expect(elsewhere).toEqual([])
  })

  it("stay inside a package where the path is relative", () => {
    const outside = packages.flatMap(({ folder, sources }) =>
      sources.flatMap(({ path, imports }) =>
        imports
          .filter((one) => one.startsWith("."))
          .map((one) => normalize(join(path, "..", one)))
          .filter((target) => !target.startsWith(`${folder}/`) && !isShared(target))
          .map((target) => `${path} imports ${target}`)
      )
    )
    expect(outside).toEqual([])
  })
})

/** The test configuration, and the broker's streams and consumers: data that operators own and code reads. */
const isShared = (path: string): boolean => path === "vitest.base.ts" || /^ops\/nats\/\w+\.json$/.test(path)

/** The services that a project's tests start as processes: a change of one must make Nx run those tests again. */
const startedByName = [
  "api",
  "outbox-relay",
  "projector",
  "coordinator",
  "notification-service",
  "billing-service"
].flatMap((service) =>
  ["@sluice/test", "@sluice/bench", "@sluice/ops"].map((starter) => `${starter} @sluice/${service}`)
)

describe("files", () => {
  it("have 300 lines at most, and a median below 100", () => {
    expect(everySource.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([])
    const sorted = everySource.map(({ lines }) => lines).sort((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(100)
  })

  it("named index.ts are tables of contents: they only export", () => {
    const more = everySource.filter(isIndex).filter((source) => {
      const code = textOf(source)
        .replace(/\/\*[\s\S]*?\*\//g, "")
        .replace(/export\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})\s+from\s+"[^"]+"/g, "")
      return code.trim() !== ""
    })
    expect(more.map(({ path }) => path)).toEqual([])
  })
})

describe("documents", () => {
  const documents = globSync(["*.md", "ops/**/*.{md,json,yml,yaml}", "contracts/**/*.md"], {
    cwd: root,
    exclude: ["**/node_modules/**", "**/reports/**"]
  })
  const text = (path: string): string => readFileSync(join(root, path), "utf8")

  it("name no metric that does not exist", () => {
    const code = everySource.filter(({ isTest }) => !isTest).map(textOf)
    const declared = new Set(code.flatMap((one) => [...one.matchAll(/"(sluice_\w+)"/g)].map(([, name]) => name)))
    const exists = (metric: string): boolean => declared.has(metric.replace(/_(bucket|sum|count)$/, ""))
    const roles = globSync("db/roles/*.sql", { cwd: root }).map((file) =>
      file.slice("db/roles/".length, -".sql".length)
    )
    const unknown = documents.flatMap((path) =>
      [...text(path).matchAll(/\bsluice_[a-z_]+\b/g)]
        .map(([name]) => name)
        .filter((name) => !roles.includes(name) && !exists(name))
        .map((name) => `${path} names ${name}`)
    )
    expect(unknown).toEqual([])
    expect(exists("sluice_commands_total")).toBe(true)
    expect(exists("sluice_no_such_metric")).toBe(false)
  })

  it("link to files that exist", () => {
    const broken = documents
      .filter((path) => path.endsWith(".md"))
      .flatMap((path) =>
        [...text(path).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
          .map(([, target]) => target as string)
          .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, path, "..", target)))
          .map((target) => `${path} links to ${target}`)
      )
    expect(broken).toEqual([])
  })
})
