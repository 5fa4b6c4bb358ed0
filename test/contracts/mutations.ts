/** What became of a JSON value in one place, and where: a JSON pointer with what was done. */
export interface Mutation {
  readonly what: string
  readonly value: unknown
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Values of every other kind than the one given, and an odd one of its own. */
const others = (value: unknown): ReadonlyArray<readonly [what: string, value: unknown]> => [
  ...[7.5, "zz", true, null, [{}], { zz: 1 }]
    .filter((one) => kind(one) !== kind(value))
    .map((one) => [`${kind(one)} for ${kind(value)}`, one] as const),
  ...(typeof value === "string" ? [["empty", ""] as const] : []),
  ...(typeof value === "number" ? [["below zero", -1] as const, ["a fraction", value + 0.5] as const] : []),
  ...(Array.isArray(value) ? [["no items", []] as const] : [])
]

const kind = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value)

/** The value with every key dropped in turn, an unknown one added to every object, and every part replaced by another kind. */
export const mutations = (value: unknown, at = ""): ReadonlyArray<Mutation> => [
  ...others(value).map(([what, other]) => ({ what: `${at}: ${what}`, value: other })),
  ...(isObject(value)
    ? [
        ...Object.keys(value).map((key) => {
          const { [key]: _, ...rest } = value
          return { what: `${at}/${key} dropped`, value: rest }
        }),
        { what: `${at}/later added`, value: { ...value, later: 1 } },
        ...Object.entries(value).flatMap(([key, one]) =>
          mutations(one, `${at}/${key}`).map(({ what, value: other }) => ({ what, value: { ...value, [key]: other } }))
        )
      ]
    : []),
  ...(Array.isArray(value)
    ? value.flatMap((one, index) =>
        mutations(one, `${at}/${index}`).map(({ what, value: other }) => ({ what, value: value.with(index, other) }))
      )
    : [])
]
