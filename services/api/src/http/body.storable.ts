import type { InputIssue } from "@sluice/contracts/input/input.errors"
import { pointerOf } from "./input.issues.ts"

/**
 * What JSON can say and the database (or the next reader) cannot take. One command with it would fail the batch of its
 * neighbours, so it stops at the door: U+0000, lone surrogates, nesting too deep, keys too long, numbers out of range.
 */
export const DEEPEST = 32
export const LONGEST_KEY = 200

/**
 * Lists all such faults of a parsed JSON value. What lies too deep is cut off (set to null), so that whoever walks the
 * value afterwards can do so recursively.
 */
export const storableIssues = (value: unknown): ReadonlyArray<InputIssue> => {
  const issues: Array<InputIssue> = []
  const path: Array<string | number> = []
  const report = (message: string) => issues.push({ pointer: pointerOf(path), message })

  const checkText = (text: string, what: string): void => {
    if (text.includes("\u0000")) report(`${what} must not contain U+0000`)
    if (!text.isWellFormed()) report(`${what} must not contain a lone surrogate`)
  }
  const walk = (one: unknown): void => {
    if (typeof one === "string") checkText(one, "text")
    else if (typeof one === "number" && !Number.isFinite(one)) report("number is out of range")
    else if (typeof one === "object" && one !== null) enter(one as Record<string, unknown>)
  }
  const enter = (container: Record<string | number, unknown>): void => {
    const isList = Array.isArray(container)
    for (const key of isList ? container.keys() : Object.keys(container)) {
      path.push(key)
      if (!isList) {
        checkText(key as string, "key")
        if ((key as string).length > LONGEST_KEY) report(`key must have ${LONGEST_KEY} characters at most`)
      }
      const child = container[key]
      if (path.length >= DEEPEST && typeof child === "object" && child !== null) {
        report(`must not be nested deeper than ${DEEPEST}`)
        container[key] = null
      } else walk(child)
      path.pop()
    }
  }
  walk(value)
  return issues
}
