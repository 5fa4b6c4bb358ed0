import { readdirSync, readFileSync } from "node:fs"
import { Schema } from "effect"
import { CloudEvent, fromCloudEvent } from "./event.cloud-event.ts"
import type { RecordedEvent } from "./event.envelope.ts"

/**
 * Events as they once went over the wire, for specs: at least one of every version of every type, named
 * `<type>.v<version>[.<what is special about it>].json`. They are promises: a file is never edited after release, only added.
 */
export interface Sample {
  readonly file: string
  /** What the file says. */
  readonly json: unknown
  /** The event as the store held it, in the version of its time. */
  readonly event: RecordedEvent
}

export const goldenFolder = new URL("../../golden/", import.meta.url)

const decodeCloudEvent = Schema.decodeUnknownSync(CloudEvent, { onExcessProperty: "error" })

/** Every sample, in order of the file names. Throws for a file that is no CloudEvent of ours. */
export const goldenSamples = (): ReadonlyArray<Sample> =>
  readdirSync(goldenFolder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => {
      const json: unknown = JSON.parse(readFileSync(new URL(file, goldenFolder), "utf8"))
      return { file, json, event: fromCloudEvent(decodeCloudEvent(json)) }
    })
