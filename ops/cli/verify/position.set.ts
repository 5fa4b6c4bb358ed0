/** A set of positions that takes one bit for each position in the ranges it holds, so that millions fit. */
export interface PositionSet {
  readonly add: (position: number) => void
  readonly has: (position: number) => boolean
  /** The lowest one; Infinity when empty. */
  readonly lowest: () => number
  /** The highest one; 0 when empty. */
  readonly highest: () => number
}

const chunkBits = 65_536

export const makePositionSet = (): PositionSet => {
  const chunks = new Map<number, Uint8Array>()
  let lowest = Number.POSITIVE_INFINITY
  let highest = 0
  return {
    add: (position) => {
      const key = Math.floor(position / chunkBits)
      let chunk = chunks.get(key)
      if (chunk === undefined) {
        chunk = new Uint8Array(chunkBits / 8)
        chunks.set(key, chunk)
      }
      const bit = position % chunkBits
      chunk[bit >> 3] = (chunk[bit >> 3] as number) | (1 << (bit & 7))
      lowest = Math.min(lowest, position)
      highest = Math.max(highest, position)
    },
    has: (position) => {
      const bit = position % chunkBits
      const byte = chunks.get(Math.floor(position / chunkBits))?.[bit >> 3]
      return byte !== undefined && (byte & (1 << (bit & 7))) !== 0
    },
    lowest: () => lowest,
    highest: () => highest
  }
}
