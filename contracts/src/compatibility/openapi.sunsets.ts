import type { OpenApiDocument, OpenApiOperation } from "./openapi.types.ts"

/** When an operation may go, as it announces; undefined where it announces nothing. */
export const sunsetOf = ({ deprecated, "x-sunset": sunset }: OpenApiOperation): Date | undefined =>
  deprecated === true && sunset !== undefined ? new Date(sunset) : undefined

/** `subscriptions.rotateSecret` → `subscription.rotate-secret`, as `command.catalog` names the command of a route. */
export const commandOf = (operationId: string): string => {
  const [group = "", endpoint = ""] = operationId.split(".")
  const category = group.replace(/ies$/, "y").replace(/s$/, "")
  return `${category}.${endpoint.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** The ends that routes announce, by the command that each route is: it goes with its route. */
export const sunsetsOf = ({ paths }: OpenApiDocument): ReadonlyMap<string, Date> =>
  new Map(
    Object.values(paths)
      .flatMap((operations) => Object.values(operations))
      .flatMap((operation) => {
        const sunset = sunsetOf(operation)
        return sunset === undefined || operation.operationId === undefined
          ? []
          : [[commandOf(operation.operationId), sunset] as const]
      })
  )
