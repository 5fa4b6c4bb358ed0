const units = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1]
] as const

/** Seconds for people, two units at most: `450ms`, `12s`, `3m 20s`, `2d 4h`. */
export const age = (seconds: number): string => {
  if (seconds <= 0) return "0s"
  if (seconds < 1) return `${Math.ceil(seconds * 1000)}ms`
  let rest = Math.floor(seconds)
  const parts = units.map(([name, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return [count, name] as const
  })
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count}${name}`)
    .join(" ")
}

/** How long ago that was. */
export const ago = (time: Date | string, now: number = Date.now()): string =>
  `${age((now - new Date(time).getTime()) / 1000)} ago`
