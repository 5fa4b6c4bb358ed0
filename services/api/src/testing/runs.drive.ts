import type { RunView } from "@sluice/contracts/run/run.views"
import { expect } from "vitest"
import type { Answer, Call } from "./api.running.ts"

/** What a person does with workflows and runs over HTTP, for specs. */

type Caller = (path: string, call?: Call) => Promise<Answer>
/** A phase of a workflow's document; `order` and `name` are filled in. */
export interface PhaseGiven {
  readonly id: string
  readonly [field: string]: unknown
}

/** Tasks "A1", "A2" … of a phase. */
export const tasksOf = (phase: string, count: number): ReadonlyArray<{ key: string; title: string }> =>
  Array.from({ length: count }, (_, index) => ({ key: `${phase}${index + 1}`, title: `Task ${phase}${index + 1}` }))

/** A requirement of one person of a role. */
export const one = (...roles: ReadonlyArray<string>) => ({ required: [{ roles: [...roles], count: 1 }] })

let workflows = 0

export const runDriver = (call: Caller) => {
  /** Registers a workflow of these phases, in their order, under a name of its own unless told. */
  const register = async (
    phases: ReadonlyArray<PhaseGiven>,
    { name = `plan ${++workflows}`, by }: { readonly name?: string; readonly by?: string } = {}
  ): Promise<string> => {
    const json = {
      name,
      phases: phases.map((phase, index) => ({ name: `Phase ${phase.id}`, order: index + 1, ...phase }))
    }
    const path = `/v1/workflows/${encodeURIComponent(name)}`
    const answer = await call(path, { method: "PUT", json, ...(by === undefined ? {} : { token: by }) })
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ body: { name } })
    return name
  }

  const begin = async (phases: ReadonlyArray<PhaseGiven>, more: object = {}): Promise<RunView> => {
    const workflow = await register(phases)
    const answer = await call("/v1/runs", { json: { workflow, title: `Run of ${workflow}`, ...more } })
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 })
    return answer.body
  }

  /** A command on a run: `tasks/A1/start` for example. Without `json` the body is left out. */
  const on = (id: string, path: string, json?: object, more: Omit<Call, "json" | "method"> = {}): Promise<Answer> =>
    call(`/v1/runs/${id}/${path}`, { method: "POST", ...(json === undefined ? {} : { json }), ...more })

  /** The same, which has to succeed; the run as it then is. */
  const does = async (id: string, path: string, json?: object, by?: string): Promise<RunView> => {
    const answer = await on(id, path, json, by === undefined ? {} : { token: by })
    expect(answer, `${path} ${JSON.stringify(answer.body)}`).toMatchObject({ status: 200 })
    return answer.body
  }

  /** Completes these tasks, one after the other. */
  const completes = async (id: string, ...keys: ReadonlyArray<string>): Promise<RunView> => {
    let run: RunView | undefined
    for (const key of keys) run = await does(id, `tasks/${key}/complete`)
    return run as RunView
  }

  return { register, begin, on, does, completes }
}
