import { writeFileSync } from "node:fs"
import { exportYaml } from "@sluice/workflow"
import { Console, Effect, Option, Result } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { failure, plainly } from "./shared/failure.ts"
import { accessFlags, json, text } from "./shared/flags.ts"
import { print } from "./shared/print.ts"
import { connect } from "./shared/target.ts"
import { problemLines, SHAPES, workflowIn } from "./workflow.file.ts"
import { describeContent, describeRegistered, describeWorkflow, listWorkflows } from "./workflow.lines.ts"

const file = Argument.String("file").pipe(Argument.withDescription("YAML, or JSON where its name ends in .json"))
const name = Argument.String("name").pipe(Argument.withDescription("the workflow's name"))
const version = Flag.Int("version").pipe(Flag.withDescription("which one; default: the newest"), Flag.optional)
const shape = Flag.Literals("import", SHAPES).pipe(
  Flag.withDescription("the file has the shape of another system's workflows"),
  Flag.optional
)

const apply = Command.make(
  "apply",
  { file, shape, key: text("key", "Idempotency-Key: repeats under one key have one effect"), ...accessFlags },
  Effect.fnUntraced(function* ({ file, shape, key, ...flags }) {
    const read = yield* workflowIn(file, Option.getOrUndefined(shape))
    if (Result.isFailure(read)) return yield* failure(problemLines(file, read.failure.issues))
    const { document, notCarried } = read.success
    for (const line of notCarried) yield* Console.error(line)
    const client = yield* connect(flags)
    const headers = Option.match(key, { onNone: () => ({}), onSome: (key) => ({ "idempotency-key": key }) })
    const { body } = yield* client.workflows.register({ params: { name: document.name }, headers, payload: document })
    yield* print(flags.json, body, () => describeRegistered(body))
  }, plainly)
).pipe(Command.withDescription("Register the workflow in a file; the same content again is the same version"))

const check = Command.make(
  "check",
  { file, shape, json },
  Effect.fnUntraced(function* ({ file, shape, json }) {
    const read = yield* workflowIn(file, Option.getOrUndefined(shape))
    if (Result.isFailure(read)) {
      process.exitCode = 1
      return yield* print(json, { valid: false, errors: read.failure.issues }, () =>
        problemLines(file, read.failure.issues)
      )
    }
    const { document, notCarried } = read.success
    const { name, phases } = document
    const tasks = phases.reduce((sum, phase) => sum + (phase.tasks?.length ?? 0), 0)
    yield* print(json, { valid: true, name, phases: phases.length, tasks, notCarried }, () =>
      [...notCarried, `${file} is good: ${name}, phases ${phases.length}, tasks ${tasks}`].join("\n")
    )
  }, plainly)
).pipe(Command.withDescription("Say everything that is wrong with a file, line by line; needs no running stack"))

const list = Command.make(
  "list",
  {
    limit: Flag.Int("limit").pipe(Flag.withDescription("at most so many, up to 200"), Flag.withDefault(50)),
    cursor: text("cursor", "nextCursor of the page before"),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ limit, cursor, ...flags }) {
    const client = yield* connect(flags)
    const query = { limit, ...(Option.isSome(cursor) && { cursor: cursor.value }) }
    const page = yield* client.workflows.list({ headers: {}, query })
    yield* print(flags.json, page, () => listWorkflows(page))
  }, plainly)
).pipe(Command.withDescription("List workflows, newest first"))

const show = Command.make(
  "show",
  { name, version, ...accessFlags },
  Effect.fnUntraced(function* ({ name, version, ...flags }) {
    const client = yield* connect(flags)
    if (Option.isNone(version)) {
      const { body } = yield* client.workflows.read({ params: { name }, headers: {}, query: {} })
      return yield* print(flags.json, body, () => describeWorkflow(body))
    }
    const params = { name, version: version.value }
    const { body } = yield* client.workflows.readVersion({ params, headers: {}, query: {} })
    yield* print(flags.json, body, () => describeContent(body))
  }, plainly)
).pipe(Command.withDescription("Show a workflow and its versions, or one version's phases"))

const exportDocument = Command.make(
  "export",
  {
    name,
    version,
    output: Flag.String("output").pipe(Flag.withMetavar("file"), Flag.withDescription("where to"), Flag.optional),
    ...accessFlags
  },
  Effect.fnUntraced(function* ({ name, version, output, json, ...flags }) {
    const client = yield* connect(flags)
    const newest = client.workflows.read({ params: { name }, headers: {}, query: {} })
    const number = Option.isSome(version) ? version.value : (yield* newest).body.version
    const { body } = yield* client.workflows.readVersion({ params: { name, version: number }, headers: {}, query: {} })
    const document = json ? `${JSON.stringify(body.document)}\n` : exportYaml(body.document)
    if (Option.isNone(output)) return yield* Console.log(document.trimEnd())
    yield* Effect.try({
      try: () => writeFileSync(output.value, document),
      catch: (cause) => failure(`${output.value} cannot be written: ${cause instanceof Error ? cause.message : cause}`)
    })
  }, plainly)
).pipe(Command.withDescription("Give a version's document back, as YAML or (--json) as JSON"))

export const workflow = Command.make("workflow").pipe(
  Command.withDescription("Definitions of phases, tasks, gates and checkpoints"),
  Command.withSubcommands([apply, list, show, exportDocument, check]),
  Command.withExamples([
    { command: "npm run sluice -- workflow check release.yaml", description: "What is wrong with this file?" },
    { command: "npm run sluice -- workflow apply release.yaml", description: "Register it, or its next version" },
    {
      command: "npm run sluice -- workflow export Release --version 1 --output release.yaml",
      description: "Get a document back"
    }
  ])
)
