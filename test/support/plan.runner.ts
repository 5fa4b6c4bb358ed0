import type { BriefView, ContextView, PhaseDetail, RunView } from "@sluice/contracts/run/run.views"
import type { RegisteredVersion } from "@sluice/contracts/workflow/workflow.api"
import type { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { exportYaml } from "@sluice/workflow"
import type { Answer, Ask } from "./journey.caller.ts"

/** Somebody who drives plans over HTTP. What is expected to be done and is refused throws, with the refusal. */
export interface PlanRunner {
  /** Registers the document as YAML. */
  readonly register: (document: WorkflowDocument) => Promise<RegisteredVersion>
  readonly start: (workflow: string, title: string) => Promise<RunView>
  /** A command on the run, `tasks/A1/complete` for example, that is done. */
  readonly does: (run: string, command: string, body?: object) => Promise<RunView>
  /** A command on the run that is refused with 409; the answer is the problem's detail. */
  readonly isRefused: (run: string, command: string, body?: object) => Promise<string>
  /** The phases of the run, at least as new as `version`. */
  readonly phases: (run: string, version: number) => Promise<ReadonlyArray<PhaseDetail>>
  readonly brief: (run: string, version: number) => Promise<BriefView>
  /** What completed tasks left, of every phase or of those before one. */
  readonly context: (run: string, version: number, phase?: string) => Promise<ContextView>
}

export const planRunner = (ask: Ask): PlanRunner => {
  const post = <Body>(path: string, body?: object) => ask<Body>("POST", path, body === undefined ? {} : { body })
  const read = async <Body>(path: string, version: number, query: Readonly<Record<string, string>> = {}) =>
    bodyOf(await ask<Body>("GET", path, { query: { minVersion: version, wait: "10s", ...query } }), 200)
  const at = (run: string, rest: string): string => `/v1/runs/${run}/${rest}`
  return {
    register: async (document) =>
      bodyOf(
        await ask<RegisteredVersion>("PUT", `/v1/workflows/${encodeURIComponent(document.name)}`, {
          raw: exportYaml(document),
          headers: { "content-type": "application/yaml" }
        }),
        200,
        201
      ),
    start: async (workflow, title) => bodyOf(await post<RunView>("/v1/runs", { workflow, title }), 201),
    does: async (run, command, body) => bodyOf(await post<RunView>(at(run, command), body), 200),
    isRefused: async (run, command, body) =>
      bodyOf(await post<{ readonly detail: string }>(at(run, command), body), 409).detail,
    phases: async (run, version) =>
      (await read<{ readonly items: ReadonlyArray<PhaseDetail> }>(at(run, "phases"), version)).items,
    brief: (run, version) => read(at(run, "brief"), version),
    context: (run, version, phase) => read(at(run, "context"), version, phase === undefined ? {} : { phase })
  }
}

const bodyOf = <Body>({ status, body, text }: Answer<Body>, ...expected: ReadonlyArray<number>): Body => {
  if (!expected.includes(status)) throw new Error(`${status} instead of ${expected.join(" or ")}: ${text}`)
  return body
}
