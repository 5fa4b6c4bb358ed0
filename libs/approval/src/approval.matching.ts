import type { Requirement } from "@sluice/contracts/approval/approval.events"

/**
 * Who fills which place. An entry of a requirement has `count` places, and a person fits it by holding one of its roles.
 * Everybody fills one place at most, whichever lets the most be filled: a maximum bipartite matching, found by Kuhn's
 * augmenting paths over the entries. A person is the list of the roles they held when deciding.
 */
type Person = ReadonlyArray<string>

/** In place of a role: a person of whatever roles, or of none. */
export const ANYBODY = "*"

const fits = (person: Person, entry: Requirement): boolean =>
  entry.roles.some((role) => role === ANYBODY || person.includes(role))

/** For every entry, the people who fill places of it. */
export const assign = (required: ReadonlyArray<Requirement>, people: ReadonlyArray<Person>): Array<Array<Person>> => {
  const filled: Array<Array<Person>> = required.map(() => [])
  /** Finds the person a place, moving others on where that helps; an entry is tried once per person who comes. */
  const place = (person: Person, tried: Set<number>): boolean =>
    required.some((entry, index) => {
      if (tried.has(index) || !fits(person, entry)) return false
      tried.add(index)
      const here = filled[index] as Array<Person>
      if (here.length < entry.count) return here.push(person) > 0
      const moved = here.findIndex((other) => place(other, tried))
      if (moved < 0) return false
      here[moved] = person
      return true
    })
  for (const person of people) place(person, new Set())
  return filled
}

/**
 * What is still to be filled: per entry with open places their number, and the roles that would fill one. Where somebody
 * with several roles could make room by moving, these are also the roles of the entry they fill now: after an approver who is
 * finance and manager, "finance and manager" lacks one of either. So a role is named if and only if its next holder counts.
 */
export const outstanding = (
  required: ReadonlyArray<Requirement>,
  people: ReadonlyArray<Person>
): ReadonlyArray<Requirement> => {
  const filled = assign(required, people)
  return required.flatMap((entry, index) => {
    const count = entry.count - (filled[index] as Array<Person>).length
    return count === 0 ? [] : [{ roles: rolesThatHelp(required, filled, index), count }]
  })
}

/** The roles of an open entry and, in turn, of every entry from which somebody could move to it. */
const rolesThatHelp = (required: ReadonlyArray<Requirement>, filled: Array<Array<Person>>, open: number) => {
  const reached = new Set([open])
  for (const target of reached)
    filled.forEach((people, index) => {
      if (people.some((person) => fits(person, required[target] as Requirement))) reached.add(index)
    })
  return [...new Set([...reached].flatMap((index) => (required[index] as Requirement).roles))]
}
