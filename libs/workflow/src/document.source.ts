/** The keys and indexes that lead to a part of a document. */
export type Path = ReadonlyArray<string | number>

/** A fault of the text itself, at an offset in it. */
export interface TextFault {
  readonly path: Path
  readonly offset: number
  readonly message: string
}

/** A text that was read: what it says, what is wrong with how it says it, and where each part stands. */
export interface Source {
  readonly value: unknown
  readonly faults: ReadonlyArray<TextFault>
  /** The offset of a member's key or of an item; of what is not there, that of the nearest part around it. */
  readonly locate: (path: Path) => number
}

/** Nesting that no workflow has, and that would cost whoever walks the value later. */
export const DEEPEST = 32

export const TOO_DEEP = `must not be nested deeper than ${DEEPEST}`

/** A JSON Pointer (RFC 6901). */
export const pointerOf = (path: ReadonlyArray<PropertyKey>): string =>
  path.map((segment) => `/${String(segment).toWellFormed().replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")

/** The keys of a JSON Pointer; indexes are texts too. */
export const pathOf = (pointer: string): ReadonlyArray<string> =>
  pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"))
