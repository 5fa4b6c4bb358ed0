/** How phases follow one another. */

/** Of a phase, what says where it leads. */
export interface Step {
  readonly id: string
  readonly order: number
  readonly transitions?: ReadonlyArray<string>
  readonly terminal?: boolean
}

export const byOrder = <P extends Step>(phases: ReadonlyArray<P>): ReadonlyArray<P> =>
  phases.toSorted((one, other) => one.order - other.order)

/** Whether a run ends with a phase: it says so, or it is the last by order and leads nowhere. */
export const isTerminal = (ordered: ReadonlyArray<Step>, place: number): boolean => {
  const { terminal, transitions = [] } = ordered[place] as Step
  return terminal ?? (place === ordered.length - 1 && transitions.length === 0)
}

/** Where a phase leads: nowhere when terminal, along its transitions, else to the next by order. */
export const nextOf = (ordered: ReadonlyArray<Step>, place: number): ReadonlyArray<string> => {
  if (isTerminal(ordered, place)) return []
  const next = ordered[place + 1]
  return (ordered[place] as Step).transitions ?? (next === undefined ? [] : [next.id])
}
