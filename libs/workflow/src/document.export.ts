import { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { Schema } from "effect"
import { Document, isScalar, Scalar, visit } from "yaml"

const inOrder = Schema.decodeUnknownSync(WorkflowDocument)

/** Characters that a block of lines would not give back as they are, or that nobody sees, or that some readers take for new lines. */
const UNSEEN = /[^\n\x20-\x7e\u00a1-\u1fff\u2030-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu

/** YAML for people that reads as an equal document: members in the order of the schema, several lines as a block. */
export const exportYaml = (document: WorkflowDocument): string => {
  const yaml = new Document(inOrder(document), { aliasDuplicateObjects: false, version: "1.2" })
  visit(yaml, {
    Scalar: (_, node) => {
      if (isScalar(node) && typeof node.value === "string") node.type = styleOf(node.value)
    }
  })
  return yaml
    .toString({ lineWidth: 0, blockQuote: "literal", defaultStringType: "PLAIN", doubleQuotedAsJSON: true })
    .replaceAll(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
}

const styleOf = (text: string): Scalar.Type => {
  // Only in quotes can they be escaped.
  if (text.search(UNSEEN) >= 0) return Scalar.QUOTE_DOUBLE
  return text.includes("\n") ? Scalar.BLOCK_LITERAL : Scalar.PLAIN
}
