/** What decides about breaks that were meant. */
export interface Announced {
  /** The text of the changelog. */
  readonly changelog: string
  readonly now: Date
  /** When commands may go, by name, as the release announced it. */
  readonly sunsets: ReadonlyMap<string, Date>
}
