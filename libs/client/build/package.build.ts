/**
 * Builds the package that is published: `node build/package.build.ts [folder]`, by default into `dist`.
 *
 * TypeScript emits JavaScript and declarations of the client and of the contracts that it reaches; the specifiers of the
 * contracts become relative, since they lie beside the client there; the manifest depends on exactly what is imported, in
 * the versions that the workspace is tested with.
 */
import { execFileSync } from "node:child_process"
import { cpSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const here = fileURLToPath(new URL("..", import.meta.url))
const root = resolve(here, "../..")
const read = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"))
/** Where tsc writes which module is meant: behind `from`, `import` and `import(`. */
const SPECIFIER = /(\bfrom\s+|\bimport\s+|\bimport\()"([^"]+)"/g
const CONTRACTS = "@sluice/contracts/"

export const buildPackage = (target: string): void => {
  const emitted = mkdtempSync(join(tmpdir(), "sluice-client-build-"))
  try {
    emit(emitted)
    rmSync(target, { recursive: true, force: true })
    cpSync(join(emitted, "libs/client/src"), join(target, "client"), { recursive: true })
    cpSync(join(emitted, "contracts/src"), join(target, "contracts"), { recursive: true })
    const needed = linkContracts(target)
    writeFileSync(join(target, "package.json"), `${JSON.stringify(manifest(needed), null, 2)}\n`)
    cpSync(join(here, "README.md"), join(target, "README.md"))
  } finally {
    rmSync(emitted, { recursive: true, force: true })
  }
}

/** What `index.ts` reaches, and nothing else, so no spec and no program. */
const emit = (outDir: string): void => {
  const config = join(outDir, "tsconfig.json")
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    rootDir: root,
    outDir,
    plugins: [],
    // Found through node_modules, they would be taken for somebody else's and left out.
    paths: { [`${CONTRACTS}*`]: [join(root, "contracts/src/*.ts")] },
    typeRoots: [join(root, "node_modules/@types")]
  }
  const files = [join(here, "src/index.ts")]
  writeFileSync(config, JSON.stringify({ extends: join(root, "tsconfig.base.json"), compilerOptions, files }))
  execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", config], { stdio: ["ignore", "inherit", "inherit"] })
  rmSync(config)
}

/** Makes the contracts' specifiers relative, and `.ts` ones (declarations have them still) `.js`. Answers the packages imported. */
const linkContracts = (target: string): ReadonlySet<string> => {
  const needed = new Set<string>()
  for (const name of globSync("**/*.{js,d.ts}", { cwd: target })) {
    const file = join(target, name)
    const text = readFileSync(file, "utf8").replaceAll(SPECIFIER, (_, lead: string, specifier: string) => {
      if (specifier.startsWith(CONTRACTS)) {
        const path = relative(dirname(file), join(target, "contracts", specifier.slice(CONTRACTS.length)))
        return `${lead}"${path.startsWith(".") ? path : `./${path}`}.js"`
      }
      if (specifier.startsWith(".")) return `${lead}"${specifier.replace(/\.ts$/, ".js")}"`
      if (!specifier.startsWith("node:")) needed.add(specifier.match(/^(@[^/]+\/)?[^/]+/)?.[0] as string)
      return `${lead}"${specifier}"`
    })
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  return needed
}

const manifest = (needed: ReadonlySet<string>): object => {
  const { version, description } = read("libs/client/package.json")
  const { dependencies, license } = read("package.json")
  const pinned = [...needed].sort().map((name) => {
    if (dependencies[name] === undefined)
      throw new Error(`The client imports ${name}, which the workspace does not pin`)
    return [name, dependencies[name]]
  })
  return {
    name: "@sluice/client",
    version,
    description,
    license,
    type: "module",
    exports: { ".": { types: "./client/index.d.ts", default: "./client/index.js" } },
    files: ["client", "contracts"],
    sideEffects: false,
    engines: { node: ">=22" },
    dependencies: Object.fromEntries(pinned)
  }
}

if (import.meta.main) {
  const target = resolve(process.argv[2] ?? join(here, "dist"))
  buildPackage(target)
  process.stdout.write(`The package is in ${target}; publish it with: npm publish ${target}\n`)
}
