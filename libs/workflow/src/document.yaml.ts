import { DOCUMENT_MAX_BYTES } from "@sluice/contracts/workflow/workflow.document"
import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, type Node, type Pair, Parser } from "yaml"
import { DEEPEST, type Path, type Source, type TextFault, TOO_DEEP } from "./document.source.ts"

/** Tokens of a text at most: one of `DOCUMENT_MAX_BYTES` that holds a workflow has fewer, and each of them takes time. */
const MOST_TOKENS = 400_000
/** Open collections while parsing, at most; each level of a document opens a few. */
const MOST_OPEN = 8 * DEEPEST
const MOST_FAULTS = 100
const MOST_DIRECTIVES = 10

const OPTIONS = {
  version: "1.2",
  schema: "core",
  // Looking for each key among those before it takes minutes for a large text; here they are compared by their names.
  uniqueKeys: false,
  resolveKnownTags: false,
  prettyErrors: false
} as const

/**
 * Reads one YAML 1.2 document of what JSON can say too. Faults are: bad syntax, several documents, tags, keys that are no
 * texts or are there twice, nesting too deep, aliases that stand for more than a document may hold.
 */
export const readYaml = (text: string): Source => {
  const { document, faults } = compose(text)
  if (document === undefined || faults.length > 0) return { value: undefined, faults, locate: () => 0 }
  return new Reading(document)
}

const compose = (text: string): { document?: Document.Parsed; faults: ReadonlyArray<TextFault> } => {
  const faults: Array<TextFault> = []
  const report = (offset: number, message: string): void => void faults.push({ path: [], offset, message })
  const tokens = parse(text, report)
  let document: Document.Parsed | undefined
  for (const one of new Composer(OPTIONS).compose(tokens)) {
    for (const { code, message, pos } of [...one.errors, ...one.warnings].slice(0, MOST_FAULTS)) {
      report(pos[0], code === "RESOURCE_EXHAUSTION" ? TOO_DEEP : message)
      if (code === "RESOURCE_EXHAUSTION") break
    }
    if (document !== undefined) {
      report(one.range[0], "must not follow: a text holds one document")
      break
    }
    document = one
    if (one.directives.yaml.version !== "1.2") report(0, "must be YAML 1.2")
  }
  if (document === undefined && faults.length === 0) report(0, "is empty")
  return { ...(document === undefined ? {} : { document }), faults }
}

/** The tokens of a text; it is given up, with a fault, when it has too many of them or opens too much. */
const parse = function* (text: string, report: (offset: number, message: string) => void) {
  const parser = new Parser()
  let tokens = 0
  let directives = 0
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === "directive") directives += 1
      yield token
    }
    tokens += 1
    if (directives > MOST_DIRECTIVES) return report(parser.offset, "has too many directives")
    if (tokens > MOST_TOKENS) return report(parser.offset, "has too many parts")
    if (parser.stack.length > MOST_OPEN) return report(parser.offset, TOO_DEEP)
  }
  yield* parser.end()
}

/** A composed document on its way to a value. */
class Reading implements Source {
  readonly value: unknown
  readonly #faults: Array<TextFault> = []
  readonly #root: Node | null
  readonly #anchors = new Map<string, Node>()
  readonly #targets = new Map<unknown, Node>()
  readonly #open = new Set<unknown>()
  readonly #path: Array<string | number> = []
  /** What aliases have stood for so far, in characters and eight for each part, and how many of them we are in. */
  #aliased = 0
  #aliases = 0

  constructor(document: Document.Parsed) {
    this.#root = document.contents
    this.value = this.#valueOf(document.contents)
  }

  get faults(): ReadonlyArray<TextFault> {
    return this.#faults
  }

  locate(path: Path): number {
    let node: unknown = this.#root
    let offset = startOf(node)
    for (const key of path) {
      const inside = this.#targets.get(node) ?? node
      if (isMap(inside)) {
        const pair = inside.items.find((one) => isScalar(one.key) && one.key.value === key)
        if (pair === undefined) break
        node = pair.value
        offset = startOf(pair.key)
      } else if (isSeq(inside)) {
        node = inside.items[Number(key)]
        if (node === undefined) break
        offset = startOf(node)
      } else break
    }
    return offset
  }

  #report(node: unknown, message: string): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push({ path: [...this.#path], offset: startOf(node), message })
  }

  #valueOf(node: unknown): unknown {
    if (isAlias(node)) return this.#aliasOf(node)
    if (isScalar(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
      this.#count(8 + (typeof node.value === "string" ? node.value.length : 0))
      return Object.is(node.value, -0) ? 0 : node.value
    }
    if (!isMap(node) && !isSeq(node)) return null
    if (this.#path.length >= DEEPEST) return this.#report(node, TOO_DEEP)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    this.#count(8)
    this.#open.add(node)
    const value = isMap(node) ? this.#objectOf(node.items) : this.#listOf(node.items)
    this.#open.delete(node)
    return value
  }

  #listOf(items: ReadonlyArray<unknown>): ReadonlyArray<unknown> {
    return items.map((item, index) => {
      this.#path.push(index)
      const value = this.#valueOf(item)
      this.#path.pop()
      return value
    })
  }

  #objectOf(pairs: ReadonlyArray<Pair>): unknown {
    const members = new Map<string, unknown>()
    for (const { key, value } of pairs) {
      if (!isScalar(key) || typeof key.value !== "string") {
        this.#report(key ?? value, "keys must be texts")
        continue
      }
      this.#path.push(key.value)
      if (members.has(key.value)) this.#report(key, "is there twice")
      this.#count(8 + key.value.length)
      members.set(key.value, this.#valueOf(value))
      this.#path.pop()
    }
    return Object.fromEntries(members)
  }

  #aliasOf(alias: { readonly source: string }): unknown {
    const target = this.#anchors.get(alias.source)
    if (target === undefined) return this.#report(alias, `there is no anchor ${alias.source} before this alias`)
    if (this.#open.has(target)) return this.#report(alias, `the alias ${alias.source} stands for what it is part of`)
    if (this.#aliased > DOCUMENT_MAX_BYTES) return undefined
    this.#targets.set(alias, target)
    this.#aliases += 1
    const value = this.#valueOf(target)
    this.#aliases -= 1
    return value
  }

  #count(size: number): void {
    if (this.#aliases === 0 || this.#aliased > DOCUMENT_MAX_BYTES) return
    this.#aliased += size
    if (this.#aliased > DOCUMENT_MAX_BYTES) this.#report(this.#root, "aliases stand for more than a document may hold")
  }
}

const startOf = (node: unknown): number => (node as Partial<Node> | null | undefined)?.range?.[0] ?? 0
