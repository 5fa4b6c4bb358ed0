import { Worker } from "node:worker_threads"
import type { WorkflowDocument } from "@sluice/contracts/workflow/workflow.document"
import { type DocumentIssue, WorkflowInvalid } from "@sluice/contracts/workflow/workflow.errors"
import { readDocument } from "@sluice/workflow"
import { Effect, Semaphore } from "effect"

export interface ReadOrder {
  readonly text: string
  readonly as: "yaml" | "json"
  /** What the document must be called. */
  readonly name: string
}
export type ReadAnswer = { readonly document: WorkflowDocument } | { readonly issues: ReadonlyArray<DocumentIssue> }

/** Characters that are read at once, unless there is an anchor: its aliases may stand for far more than was sent. */
const SMALL = 16 * 1024
const ANCHOR = /&\S/
const isSmall = ({ text, as }: ReadOrder): boolean => text.length <= SMALL && (as === "json" || !ANCHOR.test(text))

/** One at a time: whoever sends many large texts waits, and nobody else does. */
const turn = Semaphore.makeUnsafe(1)

/**
 * The workflow in a text. A large one may take a processor seconds, during which nobody else would be answered, so it is read in
 * a thread of its own. A thread that ends without an answer is a defect of ours.
 */
export const readApart = (order: ReadOrder): Effect.Effect<WorkflowDocument, WorkflowInvalid> =>
  isSmall(order)
    ? Effect.suspend(() => Effect.fromResult(readDocument(order.text, order.as, { name: order.name })))
    : Effect.flatMap(Semaphore.withPermits(turn, 1)(inThread(order)), (answer) =>
        "document" in answer ? Effect.succeed(answer.document) : Effect.fail(new WorkflowInvalid(answer))
      )

const inThread = (order: ReadOrder): Effect.Effect<ReadAnswer> =>
  Effect.callback<ReadAnswer>((resume) => {
    const worker = new Worker(new URL("./document.worker.ts", import.meta.url), { workerData: order })
    worker.once("message", (answer: ReadAnswer) => resume(Effect.succeed(answer)))
    worker.once("error", (error) => resume(Effect.die(error)))
    worker.once("exit", (code) => resume(Effect.die(new Error(`The reader of a document ended with ${code}`))))
    return Effect.promise(() => worker.terminate())
  })
