import type { AppendCommand, AppendOutcome, LoadedStream, StreamRequest } from "./store.port.ts"

/** The JSON that `db/functions/append.sql` takes; arrays instead of objects, because every byte is parsed by the server. */
export const encodeAppend = (batch: ReadonlyArray<AppendCommand>) =>
  batch.map((command) => ({
    id: command.commandId,
    tenant: command.tenant,
    ...(command.probe ? { probe: true } : {}),
    keys: command.keys.map(({ scope, key, hash, timeToLive }) => [scope, key, hash, timeToLive]),
    streams: command.streams.map(({ streamId, expected }) => [streamId, expected]),
    events: command.events.map((event) => [
      event.stream,
      event.eventId,
      event.type,
      event.schemaVersion,
      event.data,
      event.metadata
    ])
  }))

export interface AppendAnswer {
  readonly at: string
  readonly refused: ReadonlyArray<{
    readonly command: number
    readonly status: "conflict" | "replayed" | "key-reused"
    readonly key: number
    readonly streamId: string
    readonly version: number
    readonly commandId: string
  }>
}

export const decodeAppend = (answer: AppendAnswer, commands: number): ReadonlyArray<AppendOutcome> => {
  const outcomes: Array<AppendOutcome> = new Array(commands).fill({ _tag: "appended", recordedAt: answer.at })
  for (const { command, status, key, streamId, version, commandId } of answer.refused) {
    outcomes[command] =
      status === "conflict"
        ? { _tag: "conflict" }
        : status === "replayed"
          ? { _tag: "replayed", key, streamId, version, commandId }
          : { _tag: "key-reused", key }
  }
  return outcomes
}

/** The JSON that `db/functions/load_streams.sql` takes. */
export const encodeLoad = (streams: ReadonlyArray<StreamRequest>) =>
  streams.map(({ tenant, streamId, foldVersion, after }) => [tenant, streamId, foldVersion, after])

type StoredRow = [
  version: number,
  type: string,
  schemaVersion: number,
  data: LoadedStream["events"][number]["data"],
  actor: LoadedStream["events"][number]["actor"],
  recordedAt: string
]
export interface LoadRow {
  readonly snapshot: LoadedStream["snapshot"]
  readonly events: ReadonlyArray<StoredRow>
}

export const decodeLoad = (row: LoadRow): LoadedStream => ({
  snapshot: row.snapshot,
  events: row.events.map(([version, type, schemaVersion, data, actor, recordedAt]) => ({
    version,
    type,
    schemaVersion,
    data,
    actor,
    recordedAt
  }))
})
