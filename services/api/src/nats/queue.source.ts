/** What a session holds to be true of where its messages come from. */
export interface Source {
  /** When COMMANDS was made: names its messages together with their sequence. */
  readonly created: string
  /** Whether the broker that delivered them can be told what became of them: no other one, nor another stream in their place. */
  readonly isCurrent: () => boolean
}
