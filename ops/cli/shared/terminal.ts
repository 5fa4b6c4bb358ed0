import { styleText } from "node:util"

/** What lines are written for: how wide it is, and whether it shows colours. */
export interface Terminal {
  readonly columns: number
  readonly colours: boolean
}

interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly hasColors?: () => boolean
}

/** Of a file or a pipe. */
const COLUMNS_ELSEWHERE = 120
const COLUMNS_LEAST = 40

/** Colours on a terminal alone, and there as NO_COLOR, FORCE_COLOR and TERM want it. */
export const terminalOf = ({ isTTY = false, columns, hasColors }: Output): Terminal => ({
  columns: isTTY ? Math.max(COLUMNS_LEAST, columns ?? COLUMNS_ELSEWHERE) : COLUMNS_ELSEWHERE,
  colours: isTTY && (hasColors?.() ?? false)
})

/** Of the commands' answers. */
export const stdoutTerminal = (): Terminal =>
  terminalOf({
    isTTY: process.stdout.isTTY,
    columns: process.stdout.columns,
    hasColors: () => process.stdout.hasColors()
  })

export type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan" | "magenta"

export const paint = ({ colours }: Terminal, style: Style | undefined, text: string): string =>
  colours && style !== undefined && text !== "" ? styleText(style, text, { validateStream: false }) : text

/** Somebody else's text on one line: what a terminal would obey is not in it. */
export const harmless = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")

const graphemes = new Intl.Segmenter()
const WIDE =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u
const EMPTY = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
const cells = (grapheme: string): number => (WIDE.test(grapheme) ? 2 : EMPTY.test(grapheme) ? 0 : 1)

/** How many columns a text without escapes takes. */
export const widthOf = (text: string): number => {
  if (/^[ -~]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += cells(segment)
  return width
}

/** At most so many columns of a text, with … where something is missing. */
export const clip = (text: string, columns: number): string => {
  if (widthOf(text) <= columns) return text
  let clipped = ""
  let width = 1
  for (const { segment } of graphemes.segment(text)) {
    width += cells(segment)
    if (width > columns) break
    clipped += segment
  }
  return columns < 1 ? "" : `${clipped.trimEnd()}…`
}
