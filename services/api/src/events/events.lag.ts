/**
 * For how long somebody who follows the log live has not been told all there is. Under load there is always an append under way,
 * so nobody is ever level with the end of the log as it is now: what counts is when the end was where everybody is by now.
 */
export const measureLag = () => {
  let levelAt = performance.now()
  /** The end of the log at some time since then. */
  let mark: { readonly last: number; readonly at: number } | undefined
  return {
    seconds: (): number => (performance.now() - levelAt) / 1000,
    /** Nobody follows yet: counts from now on. */
    restart: (): void => {
      levelAt = performance.now()
      mark = undefined
    },
    /** `last` was the end of the log at the time `at` or later, and everybody has been told everything up to `told`. */
    looked: ({ last, told, at }: { readonly last: number; readonly told: number; readonly at: number }): void => {
      if (told >= last) levelAt = at
      else if (mark !== undefined && told >= mark.last) levelAt = mark.at
      if (mark === undefined || told >= mark.last) mark = told >= last ? undefined : { last, at }
    }
  }
}
export type Lag = ReturnType<typeof measureLag>
