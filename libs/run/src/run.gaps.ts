import { v5 } from "uuid"

/**
 * The gaps that a reviewer names when rejecting: each line of the comment is one, list marks are not part of it. Without a
 * comment there is one gap that says so.
 */
export const gapsOf = (comment: string | null, approvalId: string): ReadonlyArray<{ id: string; text: string }> => {
  const lines = (comment ?? "")
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*(?:[-*+•]|\d+[.)]|\[[ x]?\])\s+/i, "").trim())
    .filter((line) => line !== "")
  const texts = lines.length === 0 ? ["The reviewer named no gap"] : lines
  return texts.map((text, index) => ({ id: v5(`gap/${index + 1}`, approvalId), text }))
}
