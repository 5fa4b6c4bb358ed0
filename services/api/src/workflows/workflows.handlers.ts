import { Api } from "@sluice/contracts/api"
import type { Json } from "@sluice/contracts/event/event.envelope"
import { Caller } from "@sluice/contracts/http/http.auth"
import { jsonHash } from "@sluice/contracts/json/json.canonical"
import type { RegisteredVersion } from "@sluice/contracts/workflow/workflow.api"
import { definitionId, workflowId } from "@sluice/contracts/workflow/workflow.ids"
import { definition, register, versionOf, workflow } from "@sluice/workflow"
import { Effect, Result } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { answered } from "../http/answers.ts"
import { runCommand } from "../http/command.run.ts"
import { documentOf } from "./workflows.body.ts"
import { listWorkflows, readVersion, readWorkflow } from "./workflows.queries.ts"

/** `/v1/workflows`: registering is one command on two streams, the workflow's and the document's. */
export const workflowHandlers = HttpApiBuilder.group(Api, "workflows", (handlers) =>
  handlers
    .handleRaw(
      "register",
      Effect.fnUntraced(function* ({ request, headers, params: { name } }) {
        const { tenant } = yield* Caller
        const document = yield* documentOf(request, name)
        const sent = document as Json
        const digest = jsonHash(sent)
        const done = yield* runCommand({
          name: "workflow.register",
          ids: [name],
          sent,
          headers,
          refusals: [],
          streams: [
            { category: workflow, id: workflowId(tenant, name) },
            { category: definition, id: definitionId(tenant, digest) }
          ],
          decide: ([known, recorded]) => {
            const happens = register(known.state, recorded.state, { document, digest })
            // The document first: whoever reads of a version finds what it is.
            return Result.succeed([
              ...happens.definition.map((event) => ({ stream: 1, event })),
              ...happens.workflow.map((event) => ({ stream: 0, event }))
            ])
          }
        })
        const [registered] = done.streams
        const version = versionOf(registered.state, digest)
        if (version === undefined) return yield* Effect.die(new Error(`Workflow ${name} has no version ${digest}`))
        return answered({
          body: { name, ...version } satisfies RegisteredVersion,
          version: registered.version,
          location: `/v1/workflows/${encodeURIComponent(name)}/versions/${version.version}`,
          creates: done.appended > 0,
          done
        })
      })
    )
    .handleRaw("read", ({ params, headers, query }) =>
      readWorkflow({ name: params.name, accept: headers.accept, query })
    )
    .handleRaw("readVersion", ({ params, headers, query }) =>
      readVersion({ name: params.name, accept: headers.accept, query }, params.version)
    )
    .handleRaw("list", ({ query }) => listWorkflows(query))
)
