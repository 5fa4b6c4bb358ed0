import { renderTable } from "../shared/table.ts"
import { type Fault, faults, type VerifyReport } from "./verify.report.ts"

const shownAtMost = 20

/** The report for people: what was counted, and what is wrong, by name. */
export const verifyLines = (report: VerifyReport): string => {
  const wrong = (Object.keys(faults) as ReadonlyArray<Fault>).filter((fault) => report[fault] > 0)
  const counted = renderTable(
    ["events", "streams", "in JetStream", "repeats", "expired", "rows", "unpublished", "drift", "skipped"],
    [
      [
        report.events,
        report.streams,
        report.published,
        report.repeated,
        report.expired,
        report.rows,
        report.unpublished,
        report.drift,
        report.skipped
      ]
    ]
  )
  if (wrong.length === 0) return `${counted}\nEverything is there, in order and as it should be.`
  const named = wrong.flatMap((fault) => {
    const problems = report.problems.filter((problem) => problem.fault === fault).slice(0, shownAtMost)
    const more = report[fault] - problems.length
    return [
      `${report[fault]} × ${faults[fault]}:`,
      ...problems.map(({ what }) => `  ${what}`),
      ...(more > 0 ? [`  and ${more} more`] : [])
    ]
  })
  return [counted, ...named].join("\n")
}
