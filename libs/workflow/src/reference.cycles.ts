/** Nobody mends more of them at once, and each may be as long as the graph is large. */
const MOST = 50

type Graph = ReadonlyMap<string, ReadonlyArray<string>>

/**
 * Cycles of a graph, at least one where there is any (`MOST` of them at most); each begins with the node that comes
 * first in the graph. Depth first without recursion, since a chain may be as long as the graph is large.
 */
export const cycles = (graph: Graph): ReadonlyArray<ReadonlyArray<string>> => {
  const place = new Map([...graph.keys()].map((node, index) => [node, index]))
  const found: Array<ReadonlyArray<string>> = []
  const done = new Set<string>()
  for (const root of graph.keys()) {
    const path: Array<string> = []
    const open = new Map<string, number>()
    const rest: Array<Iterator<string>> = []
    const enter = (node: string): void => {
      open.set(node, path.length)
      path.push(node)
      rest.push((graph.get(node) ?? [])[Symbol.iterator]())
    }
    if (!done.has(root)) enter(root)
    while (rest.length > 0 && found.length < MOST) {
      const { value: next, done: isEnd } = (rest.at(-1) as Iterator<string>).next()
      if (isEnd) {
        rest.pop()
        const left = path.pop() as string
        open.delete(left)
        done.add(left)
        continue
      }
      const begin = open.get(next)
      if (begin !== undefined) found.push(turned(path.slice(begin), place))
      else if (!done.has(next)) enter(next)
    }
  }
  return found
}

/** The same cycle from its first node on. */
const turned = (cycle: ReadonlyArray<string>, place: ReadonlyMap<string, number>): ReadonlyArray<string> => {
  const places = cycle.map((node) => place.get(node) as number)
  const start = places.indexOf(Math.min(...places))
  return [...cycle.slice(start), ...cycle.slice(0, start)]
}
