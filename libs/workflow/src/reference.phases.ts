import type { InputIssue } from "@sluice/contracts/input/input.errors"
import { byOrder, isTerminal, nextOf, type Step } from "./workflow.graph.ts"

/** What is wrong with how phases refer to one another; pointers are into the document. */
export const phaseFaults = (phases: ReadonlyArray<Step>): ReadonlyArray<InputIssue> => {
  const issues: Array<InputIssue> = []
  const ordered = byOrder(phases)
  const position = new Map(phases.map((phase, index) => [phase, index]))
  const at = (place: number): string => `/phases/${position.get(ordered[place] as Step)}`
  const report = (pointer: string, message: string): void => void issues.push({ pointer, message })

  const placeOf = new Map<string, number>()
  const orders = new Map<number, string>()
  for (const [place, { id, order }] of ordered.entries()) {
    if (placeOf.has(id)) report(`${at(place)}/id`, `is the id of another phase too: ${id}`)
    else placeOf.set(id, place)
    const holder = orders.get(order)
    if (holder === undefined) orders.set(order, id)
    else report(`${at(place)}/order`, `is the order of ${holder} too: ${order}`)
  }

  const leadsTo = ordered.map((_, place) => nextOf(ordered, place))
  const ends = ordered.flatMap((_, place) => (isTerminal(ordered, place) ? [place] : []))
  /** From here no fault is sought further, since what is wrong with them is said already. */
  const broken: Array<number> = []
  for (const [place, { transitions = [], terminal }] of ordered.entries()) {
    for (const [index, id] of transitions.entries())
      if (!placeOf.has(id)) {
        report(`${at(place)}/transitions/${index}`, `names the unknown phase ${id}`)
        broken.push(place)
      }
    if (terminal === true && transitions.length > 0)
      report(`${at(place)}/transitions`, "must be empty, since the phase is terminal")
    if (leadsTo[place]?.length === 0 && !ends.includes(place)) {
      report(at(place), `is ${ordered[place]?.id}, which leads nowhere: it needs transitions, or terminal: true`)
      broken.push(place)
    }
  }
  if (ends.length === 0) report("/phases", "has no terminal phase: a run would never end")

  // Whom a transition means is not known where two have one id.
  if (placeOf.size < ordered.length) return issues
  const edges = leadsTo.map((ids) => ids.flatMap((id) => placeOf.get(id) ?? []))
  const reached = reachable([0], edges)
  for (const place of ordered.keys())
    if (!reached.has(place))
      report(at(place), `is ${ordered[place]?.id}, which cannot be reached from the first phase, ${ordered[0]?.id}`)
  const back = ordered.map((): Array<number> => [])
  for (const [from, tos] of edges.entries()) for (const to of tos) back[to]?.push(from)
  const ending = reachable([...ends, ...broken], back)
  for (const place of ordered.keys())
    if (ends.length > 0 && !ending.has(place))
      report(at(place), `is ${ordered[place]?.id}, which leads to no terminal phase`)
  return issues
}

const reachable = (from: ReadonlyArray<number>, edges: ReadonlyArray<ReadonlyArray<number>>): ReadonlySet<number> => {
  const seen = new Set(from)
  for (const place of seen) for (const next of edges[place] ?? []) seen.add(next)
  return seen
}
