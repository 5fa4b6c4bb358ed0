import { Caller } from "@sluice/contracts/http/http.auth"
import { creationCursor } from "@sluice/contracts/http/http.cursor"
import { etagOf } from "@sluice/contracts/http/http.etag"
import { YAML_CONTENT_TYPE } from "@sluice/contracts/workflow/workflow.api"
import { WorkflowNotFound } from "@sluice/contracts/workflow/workflow.errors"
import { workflowId } from "@sluice/contracts/workflow/workflow.ids"
import type { WorkflowContent, WorkflowView } from "@sluice/contracts/workflow/workflow.views"
import { exportYaml, workflow } from "@sluice/workflow"
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { found } from "../http/answers.ts"
import { exists } from "../http/command.input.ts"
import { pageOf } from "../http/read.page.ts"
import { ask } from "../http/read.query.ts"
import { readAtLeast } from "../http/read.version.ts"
import { prefersYaml } from "./workflows.accept.ts"

/** Reads of the read models `workflows` and `definitions`; the functions behind them see the caller's tenant alone. */

interface Wanted {
  readonly name: string
  readonly accept: string | undefined
  readonly query: { readonly minVersion?: number; readonly wait?: string }
}

/** The workflow, or as YAML its newest document. */
export const readWorkflow = (wanted: Wanted) =>
  Effect.gen(function* () {
    if (prefersYaml(wanted.accept)) return yield* readVersion(wanted)
    const { tenant } = yield* Caller
    const id = workflowId(tenant, wanted.name)
    const row = yield* readAtLeast({
      query: wanted.query,
      look: ask<WorkflowView | null>((sql) => sql`select sluice.read_workflow(${tenant}, ${id}) as answer`),
      exists: exists({ category: workflow, id }),
      notFound: () => new WorkflowNotFound({ workflow: wanted.name, version: null })
    })
    return varying(found(row, row.version))
  })

interface Row {
  readonly version: number
  readonly content: WorkflowContent | null
}

/** One version with its document; without a number the newest one. */
export const readVersion = ({ name, accept, query }: Wanted, version: number | null = null) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    const id = workflowId(tenant, name)
    const notFound = () => new WorkflowNotFound({ workflow: name, version })
    const row = yield* readAtLeast({
      query,
      look: ask<Row | null>((sql) => sql`select sluice.read_definition(${tenant}, ${id}, ${version}) as answer`),
      exists: exists({ category: workflow, id }),
      notFound
    })
    if (row.content === null) return yield* notFound()
    return varying(
      prefersYaml(accept)
        ? HttpServerResponse.text(exportYaml(row.content.document), {
            contentType: YAML_CONTENT_TYPE,
            headers: { etag: etagOf(row.version) }
          })
        : found(row.content, row.version)
    )
  })

const varying = HttpServerResponse.setHeader("vary", "accept")

export const listWorkflows = (query: { readonly limit?: number; readonly cursor?: string }) =>
  Effect.gen(function* () {
    const { tenant } = yield* Caller
    return found(
      yield* pageOf({
        query,
        cursor: creationCursor,
        positionOf: ({ createdAt, name }: WorkflowView) => [createdAt, workflowId(tenant, name)] as const,
        fetch: (limit, after) => {
          const [createdAt, id] = after ?? [null, null]
          return ask<ReadonlyArray<WorkflowView>>(
            (sql) => sql`select sluice.list_workflows(${tenant}, ${limit}, ${createdAt}, ${id}) as answer`
          )
        }
      })
    )
  })
