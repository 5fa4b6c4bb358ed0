import { type CommandEntry, commands } from "@sluice/contracts/command/command.catalog"

/** A command with the way to the URL that it has over HTTP. */
export interface CommandRoute {
  readonly name: string
  readonly method: string
  /** Names in its path, in order. */
  readonly params: ReadonlyArray<string>
  /** Its URL, given a value for each of them. */
  readonly url: (values: Readonly<Record<string, string>>) => string
}

const routeOf = ({ name, endpoint }: CommandEntry): CommandRoute => {
  const parts = endpoint.path.split(/:([A-Za-z]+)/)
  const params = parts.filter((_, index) => index % 2 === 1)
  const url = (values: Readonly<Record<string, string>>) =>
    parts.map((part, index) => (index % 2 === 0 ? part : encodeURIComponent(values[part] as string))).join("")
  return { name, method: endpoint.method, params, url: params.length === 0 ? () => endpoint.path : url }
}

const byName: ReadonlyMap<string, CommandRoute> = new Map(commands.map((entry) => [entry.name, routeOf(entry)]))

/** What follows `cmd.` or `cmdq.`. */
export interface Addressed {
  readonly tenant: string
  /** Undefined where no command is called so. */
  readonly route: CommandRoute | undefined
}

/** Reads `<door>.<tenant>.<category>.<command>`; with another number of tokens it names no command. */
export const addressOf = (subject: string): Addressed => {
  const [, tenant = "", category, command, ...more] = subject.split(".")
  return { tenant, route: more.length > 0 ? undefined : byName.get(`${category}.${command}`) }
}

/** Where it is said of a command's subject that it was refused (`rej`) or that it is parked (`parked`). */
export const beside = (subject: string, where: "rej" | "parked"): string => subject.replace(/^[^.]*/, where)
