import type { Door } from "./asyncapi.doors.ts"
import type { Finding } from "./compatibility.change.ts"

/**
 * Versions of events. A new version is how an event may break: subscribers go on reading the old one from what was stored, Sluice itself
 * through an upcaster, without which the registry has no old version and the document has not either. The changelog tells of it.
 */
export const compareVersions = (was: Door, is: Door, changelog: string): ReadonlyArray<Finding> => {
  const { name, who } = is
  const [had, has] = [versionsOf(was), versionsOf(is)]
  const [gone, come] = [had.difference(has), has.difference(had)]
  const newest = Math.max(...has)
  return [
    ...[...gone].map((version) => ({
      breaking: true,
      who,
      where: name,
      what: `version ${version} is gone`,
      remedy: `keep it, with an upcaster to version ${version + 1}: it stands in events that were stored`
    })),
    ...[...come].sort().map((version): Finding => {
      const what = `version ${version} is new`
      if (gone.size > 0 || version < newest) return { breaking: gone.size > 0, who, where: name, what }
      if (isNamed(changelog, name, version)) return { breaking: false, who, where: name, what }
      const remedy = `say what is new in CHANGELOG.md under "Unreleased", with the words \`${name}\` version ${version}`
      return { breaking: true, who, where: name, what: `${what}, and the changelog does not tell`, remedy }
    })
  ]
}

const versionsOf = ({ messages }: Door): ReadonlySet<number> =>
  new Set(
    [...messages].flatMap(([key, { role }]) => {
      const version = /\.v(\d+)$/.exec(key)?.[1]
      return role === "event" && version !== undefined ? [Number(version)] : []
    })
  )

/** Does the part about what is not released yet name a version of an event, as in "`approval.requested` version 2"? */
export const isNamed = (changelog: string, name: string, version: number): boolean => {
  const unreleased = changelog.split(/^## /m).find((part) => part.startsWith("Unreleased")) ?? ""
  return new RegExp(`\`${name.replaceAll(".", "\\.")}\` version ${version}(?!\\d)`).test(
    unreleased.replaceAll(/\s+/g, " ")
  )
}
