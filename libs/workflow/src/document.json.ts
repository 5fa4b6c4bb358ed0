import { DEEPEST, type Path, type Source, type TextFault, TOO_DEEP } from "./document.source.ts"

interface Node {
  readonly offset: number
  readonly value: unknown
  readonly members?: ReadonlyMap<string, Node>
  readonly items?: ReadonlyArray<Node>
}

/** A text that is no JSON from `offset` on. */
class NoJson extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

const SPACE = /[ \t\n\r]*/y
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/sy
const OTHER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** Reads JSON, and where each part of it stands; `JSON.parse` tells neither that nor keys that are there twice. */
export const readJson = (text: string): Source => {
  const faults: Array<TextFault> = []
  const path: Array<string | number> = []
  let at = 0

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const skip = (): void => void match(SPACE)
  const next = (one: string): boolean => {
    skip()
    const isNext = text[at] === one
    if (isNext) at += 1
    return isNext
  }
  const expect = (one: string): void => {
    if (!next(one)) throw new NoJson(`expected ${one}`, at)
  }
  const string = (): string => {
    const offset = at
    try {
      return JSON.parse(match(STRING) ?? "") as string
    } catch {
      throw new NoJson("expected a text in double quotes", offset)
    }
  }

  const node = (): Node => {
    skip()
    const offset = at
    if ((text[at] === "{" || text[at] === "[") && path.length >= DEEPEST) throw new NoJson(TOO_DEEP, offset)
    if (next("{")) return object(offset)
    if (next("[")) return list(offset)
    if (text[at] === '"') return { offset, value: string() }
    const other = match(OTHER)
    if (other === undefined) throw new NoJson(at < text.length ? "expected a value" : "ends too early", at)
    return { offset, value: other === "-0" ? 0 : JSON.parse(other) }
  }
  const object = (offset: number): Node => {
    const members = new Map<string, Node>()
    if (!next("}")) {
      do {
        skip()
        const keyAt = at
        const key = string()
        expect(":")
        path.push(key)
        if (members.has(key)) faults.push({ path: [...path], offset: keyAt, message: "is there twice" })
        members.set(key, { ...node(), offset: keyAt })
        path.pop()
      } while (next(","))
      expect("}")
    }
    return { offset, members, value: Object.fromEntries(Array.from(members, ([key, { value }]) => [key, value])) }
  }
  const list = (offset: number): Node => {
    const items: Array<Node> = []
    if (!next("]")) {
      do {
        path.push(items.length)
        items.push(node())
        path.pop()
      } while (next(","))
      expect("]")
    }
    return { offset, items, value: items.map(({ value }) => value) }
  }

  let root: Node = { offset: 0, value: undefined }
  try {
    root = node()
    skip()
    if (at < text.length) throw new NoJson("expected nothing more", at)
  } catch (error) {
    if (!(error instanceof NoJson)) throw error
    faults.push({ path: [...path], offset: error.offset, message: error.message })
  }
  return { value: root.value, faults, locate: (wanted) => locate(root, wanted) }
}

const locate = (root: Node, path: Path): number => {
  let found = root
  for (const key of path) {
    const inner = found.members?.get(String(key)) ?? found.items?.[Number(key)]
    if (inner === undefined) break
    found = inner
  }
  return found.offset
}
