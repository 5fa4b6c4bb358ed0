import type {
  BriefView,
  ContextView,
  PhaseDetail,
  PhaseView,
  RunView,
  TimelineEntry
} from "@sluice/contracts/run/run.views"
import type { Answer, RequestHeaders } from "./journey.caller.ts"
import type { Page, Person } from "./journey.person.ts"
import type { Journey } from "./journey.stack.ts"

/** What people do with workflows and runs. */

/** A phase of a workflow's document; `order` and `name` are filled in. */
export interface PhaseGiven {
  readonly id: string
  readonly [field: string]: unknown
}
type Query = Readonly<Record<string, string | number | undefined>>

/** One person of a role has to agree. */
export const one = (...roles: ReadonlyArray<string>) => ({ required: [{ roles: [...roles], count: 1 }] })

/** Tasks "A1", "A2" … of a phase. */
export const tasksOf = (phase: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `${phase}${index + 1}`, title: `Task ${phase}${index + 1}` }))

const workstream = (id: string, tasks: ReadonlyArray<object>): PhaseGiven => ({ id, tasks, checkpoint: true })

/** The plan of the domain page: five workstreams of 3, 5, 3, 4 and 1 tasks, a checkpoint after each of them. */
export const fiveWorkstreams: ReadonlyArray<PhaseGiven> = [
  workstream("A", tasksOf("A", 3)),
  workstream("B", tasksOf("B", 5)),
  workstream("C", tasksOf("C", 3)),
  workstream("D", tasksOf("D", 4)),
  workstream("E", tasksOf("E", 1))
]

/** A command that had to succeed did not. */
const expectDone = <Body>(what: string, { status, text, body }: Answer<Body>): Body => {
  if (status !== 200 && status !== 201) throw new Error(`${what}: ${status} ${text}`)
  return body
}

export const runsOf = ({ ask }: Pick<Person, "ask">) => {
  /** Registers a workflow of these phases, in their order. */
  const register = async (name: string, phases: ReadonlyArray<PhaseGiven>): Promise<void> => {
    const document = {
      name,
      phases: phases.map((phase, index) => ({ name: `Phase ${phase.id}`, order: index + 1, ...phase }))
    }
    expectDone("register", await ask("PUT", `/v1/workflows/${encodeURIComponent(name)}`, { body: document }))
  }
  const start = (body: object, headers?: RequestHeaders) => ask<RunView>("POST", "/v1/runs", { body, headers })
  /** Registers and starts. */
  const begin = async (phases: ReadonlyArray<PhaseGiven>, workflow = "plan", more: object = {}): Promise<RunView> => {
    await register(workflow, phases)
    return expectDone("start", await start({ workflow, title: `The ${workflow}`, ...more }))
  }
  /** A command on a run: `tasks/A1/start` for example. */
  const on = (id: string, path: string, body?: object, headers?: RequestHeaders) =>
    ask<RunView>("POST", `/v1/runs/${id}/${path}`, { body, headers })
  /** The same, which has to succeed; the run as it then is. */
  const does = async (id: string, path: string, body?: object): Promise<RunView> =>
    expectDone(path, await on(id, path, body))
  const completes = async (id: string, ...keys: ReadonlyArray<string>): Promise<RunView> => {
    let run: RunView | undefined
    for (const key of keys) run = await does(id, `tasks/${key}/complete`)
    return run as RunView
  }
  const says = (id: string, phase: string, verb: string, comment?: string, headers?: RequestHeaders) =>
    on(id, `checkpoints/${phase}`, { verb, ...(comment === undefined ? {} : { comment }) }, headers)

  const read = <Body>(id: string, part = "", query: Query = {}) => ask<Body>("GET", `/v1/runs/${id}${part}`, { query })
  /** Reads the run once it has this version. */
  const seen = (id: string, version: number) => read<RunView>(id, "", { minVersion: version, wait: "10s" })
  return {
    register,
    start,
    begin,
    on,
    does,
    completes,
    says,
    seen,
    run: (id: string, query?: Query) => read<RunView>(id, "", query),
    brief: (id: string, query?: Query) => read<BriefView>(id, "/brief", query),
    timeline: (id: string, query?: Query) => read<Page<TimelineEntry>>(id, "/timeline", query),
    context: (id: string, query?: Query) => read<ContextView>(id, "/context", query),
    phasesOf: (id: string, query?: Query) => read<{ readonly items: ReadonlyArray<PhaseDetail> }>(id, "/phases", query),
    list: (query: Query = {}) => ask<Page<RunView>>("GET", "/v1/runs", { query }),
    phases: (query: Query = {}) => ask<Page<PhaseView>>("GET", "/v1/phases", { query })
  }
}

/** Of one organisation: Pam drives, Rita reviews. */
export const people = async (journey: Pick<Journey, "organisation">) => {
  const organisation = journey.organisation()
  const [pam, rita] = [await organisation.person("pam"), await organisation.person("rita", { roles: ["reviewer"] })]
  return { organisation, pam, rita, runs: runsOf(pam) }
}

/** A run of these phases that Pam has just started. */
export const begun = async (journey: Pick<Journey, "organisation">, phases: ReadonlyArray<PhaseGiven>) => {
  const everybody = await people(journey)
  const run = await everybody.runs.begin(phases)
  return { ...everybody, run, id: run.id }
}

/** Asks for a read no older than this answer. */
export const at = ({ version }: Pick<RunView, "version">) => ({ minVersion: version, wait: "10s" })
