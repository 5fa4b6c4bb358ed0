import { parentPort, workerData } from "node:worker_threads"
import { readDocument } from "@sluice/workflow"
import { Result } from "effect"
import type { ReadAnswer, ReadOrder } from "./document.read-apart.ts"

/** A thread that reads one document, says what it is or what is wrong with it, and ends. */
const { text, as, name } = workerData as ReadOrder
const read = readDocument(text, as, { name })
const answer: ReadAnswer = Result.isSuccess(read) ? { document: read.success } : { issues: read.failure.issues }
parentPort?.postMessage(answer)
