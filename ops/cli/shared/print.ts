import { Console, type Effect } from "effect"
import { renderTable } from "./table.ts"

/** One line of JSON for machines, or what people read. */
export const print = (json: boolean, value: unknown, forPeople: () => string): Effect.Effect<void> =>
  Console.log(json ? JSON.stringify(value) : forPeople())

/** Names and values, one a line; what is null is left out. */
export const renderFields = (fields: Readonly<Record<string, string | number | boolean | null>>): string =>
  renderTable(
    [],
    Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]))
  )
