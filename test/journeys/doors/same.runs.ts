import type { Step } from "./same.commands.ts"

/** A run from its workflow to its end, with what stands in the way. */

const task = (key: string, dependsOn: ReadonlyArray<string> = []) => ({ key, title: `Task ${key}`, dependsOn })
const plan = {
  name: "plan",
  phases: [
    { id: "A", name: "Analyse", order: 1, tasks: [task("A1"), task("A2", ["A1"]), task("A3")] },
    {
      id: "B",
      name: "Build",
      order: 2,
      checkpoint: { required: [{ roles: ["cto"], count: 1 }] },
      gate: [{ type: "artifact", kind: "prd" }],
      tasks: [task("B1")]
    },
    { id: "C", name: "Close", order: 3, signoff: { required: [{ roles: ["cto"], count: 1 }] }, tasks: [task("C1")] }
  ]
}
const onRun = (command: string, params: object, body?: unknown, more: Partial<Step> = {}): Step => ({
  command: `run.${command}`,
  params: { id: "@run", ...params },
  ...(body === undefined ? {} : { body }),
  ...more
})
export const runs: ReadonlyArray<Step> = [
  { command: "workflow.register", params: { name: "plan" }, body: plan },
  { command: "workflow.register", params: { name: "plan" }, body: plan },
  { command: "workflow.register", params: { name: "other" }, body: plan },
  { command: "workflow.register", params: { name: "plan" }, body: { name: "plan", phases: [] } },
  { command: "workflow.register", params: { name: "plan" }, body: { ...plan, description: "again" } },
  {
    command: "run.start",
    body: { workflow: "plan", version: 1, title: "First", deadline: "2999-01-01T00:00:00Z" },
    as: "run"
  },
  { command: "run.start", body: { workflow: "unheard of", title: "t" } },
  { command: "run.start", body: { workflow: "plan", title: "Second" }, as: "spare" },
  onRun("start-task", { key: "A2" }),
  onRun("start-task", { key: "A1" }, undefined, { key: "start" }),
  onRun("start-task", { key: "A1" }, undefined, { key: "start" }),
  onRun("start-task", { key: "Z9" }),
  onRun("complete-task", { key: "A1" }, { decisions: ["d"], risks: [], notes: ["n"], artifacts: ["a"] }),
  onRun("fail-task", { key: "A2" }, { reason: "broken" }),
  onRun("reopen-task", { key: "A2" }),
  onRun("defer-task", { key: "A3" }, { reason: "later" }),
  onRun("reopen-task", { key: "A3" }),
  onRun("move-task", { key: "A3" }, { to: "elsewhere", reason: "theirs" }),
  onRun("add-task", {}, { key: "A4", title: "More", phase: "A", dependsOn: ["A1"], estimate: "2h" }),
  onRun("add-task", {}, { key: "A4", title: "More", phase: "A" }),
  onRun("ask-question", {}, { text: "Which?", role: "pm", phase: "A", task: "A2" }, { as: "question" }),
  onRun("start-task", { key: "A2" }),
  onRun("answer-question", { note: "@question" }, { answer: "That one" }),
  onRun("answer-question", { note: "@question" }, { answer: "This one" }),
  onRun("raise-blocker", {}, { text: "No key", phase: "A" }, { as: "blocker" }),
  onRun("resolve-blocker", { note: "@blocker" }, { resolution: "found" }),
  onRun("record-decision", {}, { text: "Yes", rationale: "because", phase: "A" }),
  onRun("reach-milestone", {}, { key: "M1", title: "There" }),
  onRun("reach-milestone", {}, { key: "M1", title: "There" }),
  onRun("block-phase", { phase: "A" }, { reason: "wait" }),
  onRun("complete-task", { key: "A2" }, {}),
  onRun("unblock-phase", { phase: "A" }),
  onRun("pause", {}, { reason: "night" }),
  onRun("complete-task", { key: "A2" }, {}),
  onRun("resume", {}),
  onRun("complete-task", { key: "A2" }, {}),
  onRun("complete-task", { key: "A4" }, {}),
  onRun("transition", { phase: "A" }, { to: "C" }),
  onRun("transition", { phase: "A" }, {}),
  onRun("validate-gate", { phase: "B" }),
  onRun(
    "record-evidence",
    { phase: "B" },
    { type: "doc", kind: "prd", ref: "r", title: "t", digest: "d", attributes: { a: 1.5 } }
  ),
  onRun("validate-gate", { phase: "B" }),
  onRun("complete-task", { key: "B1" }, { notes: ["done"] }),
  onRun("answer-checkpoint", { phase: "B" }, { verb: "review" }),
  onRun("answer-checkpoint", { phase: "B" }, { verb: "review" }, { by: "bob" }),
  onRun("answer-checkpoint", { phase: "B" }, { verb: "proceed", comment: "go" }, { by: "bob" }),
  onRun("transition", { phase: "B" }, {}),
  onRun("request-signoff", { phase: "C" }, { comment: "please" }),
  onRun("complete-task", { key: "C1" }, {}),
  onRun("request-signoff", { phase: "C" }, { comment: "please" }),
  onRun("skip-phase", { phase: "C" }, { reason: "no" }),
  onRun("unstick", {}),
  onRun("fail", {}, { reason: "over" }),
  onRun("cancel", {}, { reason: "over" }),
  { command: "run.skip-phase", params: { id: "@spare", phase: "B" }, body: { reason: "not this time" } },
  { command: "run.start-task", params: { id: "@spare", key: "A1" } },
  { command: "run.fail-task", params: { id: "@spare", key: "A1" }, body: { reason: "broken" } },
  { command: "run.cancel", params: { id: "@spare" }, body: {} }
]
