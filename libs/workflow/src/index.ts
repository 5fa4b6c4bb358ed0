/**
 * Workflows and their documents: pure, knows contracts only.
 *
 * documents  readDocument (YAML, JSON)    document.read, over document.yaml, document.json, document.faults
 *            exportYaml                   document.export
 *            importOmoi                   omoi.import, omoi.document
 *            checkReferences              workflow.references, over reference.phases, .tasks, .cycles
 *            definitionOf                 workflow.definition, workflow.graph
 * commands   register                     workflow.decide
 * fold       state, evolve                workflow.state, workflow.evolve; definition.state
 * reading    view                         workflow.view
 * way in     workflow, definition         workflow.stream, definition.stream
 */
export type { DefinitionState } from "./definition.state.ts"
export { definition } from "./definition.stream.ts"
export { exportYaml } from "./document.export.ts"
export { readDocument } from "./document.read.ts"
export { type Imported, importOmoi } from "./omoi.import.ts"
export { register, versionOf } from "./workflow.decide.ts"
export { definitionOf } from "./workflow.definition.ts"
export { checkReferences } from "./workflow.references.ts"
export type { WorkflowState } from "./workflow.state.ts"
export { workflow } from "./workflow.stream.ts"
export { view } from "./workflow.view.ts"
