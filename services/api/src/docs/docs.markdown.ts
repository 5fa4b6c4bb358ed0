import mustache from "mustache"

/** The little Markdown that our descriptions have, as HTML; everything else in them is text and is escaped. */

/** Without what would show text in another order than it has. */
export const escape = (value: unknown): string =>
  mustache.escape(String(value).replace(/[\u202a-\u202e\u2066-\u2069]/g, " "))

/** `code`, **strong** and [links](/docs) within a line. */
export const inline = (text: string): string =>
  text
    .split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\(\/[A-Za-z0-9/._-]*\))/)
    .map((piece) => {
      const code = /^`([^`]+)`$/.exec(piece)
      if (code !== null) return `<code>${escape(code[1])}</code>`
      const strong = /^\*\*([^*]+)\*\*$/.exec(piece)
      if (strong !== null) return `<strong>${escape(strong[1])}</strong>`
      const link = /^\[([^\]]+)\]\((\/[A-Za-z0-9/._-]*)\)$/.exec(piece)
      return link === null ? escape(piece) : `<a href="${link[2]}">${escape(link[1])}</a>`
    })
    .join("")

/** Paragraphs and lists. */
export const blocks = (text: string): string =>
  text
    .split(/\n{2,}/)
    .map((block) => {
      const lines = block.split("\n")
      return lines.every((line) => line.startsWith("- "))
        ? `<ul>${lines.map((line) => `<li>${inline(line.slice(2))}</li>`).join("")}</ul>`
        : `<p>${inline(block)}</p>`
    })
    .join("\n")
