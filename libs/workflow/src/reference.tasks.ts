import type { InputIssue } from "@sluice/contracts/input/input.errors"
import { cycles } from "./reference.cycles.ts"

interface Tasks {
  readonly id: string
  readonly order: number
  readonly tasks?: ReadonlyArray<{ readonly key: string; readonly dependsOn?: ReadonlyArray<string> }>
}

/** What is wrong with how tasks refer to one another; pointers are into the document. */
export const taskFaults = (phases: ReadonlyArray<Tasks>): ReadonlyArray<InputIssue> => {
  const issues: Array<InputIssue> = []
  const report = (pointer: string, message: string): void => void issues.push({ pointer, message })

  const tasks = phases.flatMap((phase, index) =>
    (phase.tasks ?? []).map(({ key, dependsOn = [] }, place) => ({
      key,
      dependsOn,
      phase,
      pointer: `/phases/${index}/tasks/${place}`
    }))
  )
  const byKey = new Map<string, (typeof tasks)[number]>()
  for (const task of tasks) {
    const holder = byKey.get(task.key)
    if (holder === undefined) byKey.set(task.key, task)
    else report(`${task.pointer}/key`, `is the key of another task too: ${task.key} of phase ${holder.phase.id}`)
  }
  for (const { dependsOn, phase, pointer } of tasks)
    for (const [index, key] of dependsOn.entries()) {
      const needed = byKey.get(key)
      const place = `${pointer}/dependsOn/${index}`
      if (needed === undefined) report(place, `names the unknown task ${key}`)
      else if (needed.phase.order > phase.order)
        report(place, `names ${key} of the later phase ${needed.phase.id}, so the task could never start`)
    }
  const needs = new Map([...byKey].map(([key, { dependsOn }]) => [key, dependsOn.filter((one) => byKey.has(one))]))
  for (const cycle of cycles(needs)) {
    const first = byKey.get(cycle[0] as string)
    report(`${first?.pointer}/dependsOn`, `is part of a cycle: ${told([...cycle, cycle[0] as string])}`)
  }
  return issues
}

const told = (keys: ReadonlyArray<string>): string =>
  (keys.length <= 20 ? keys : [...keys.slice(0, 18), `${keys.length - 19} more`, ...keys.slice(-1)]).join(" → ")
