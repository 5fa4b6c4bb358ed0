/** A reproducible source of numbers. */
export interface Random {
  /** At least `low` and below `high`. */
  readonly between: (low: number, high: number) => number
  readonly integer: (low: number, high: number) => number
  readonly pick: <A>(choices: ReadonlyArray<A>) => A
  readonly shuffle: <A>(items: ReadonlyArray<A>) => ReadonlyArray<A>
}

/** Mulberry32: small, and the same on every machine for the same seed. */
export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number): number => low + next() * (high - low)
  const integer = (low: number, high: number): number => Math.floor(between(low, high))
  return {
    between,
    integer,
    pick: <A>(choices: ReadonlyArray<A>): A => {
      if (choices.length === 0) throw new Error("there is nothing to pick from")
      return choices[integer(0, choices.length)] as A
    },
    shuffle: <A>(items: ReadonlyArray<A>): ReadonlyArray<A> => {
      const shuffled = [...items]
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = integer(0, last + 1)
        const held = shuffled[last] as A
        shuffled[last] = shuffled[other] as A
        shuffled[other] = held
      }
      return shuffled
    }
  }
}
