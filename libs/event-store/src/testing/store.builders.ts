import { v7 } from "uuid"
import type { AppendCommand, CommandKey } from "../store.port.ts"

const metadata = {
  actor: { kind: "user", id: "alice", roles: ["pm"] },
  correlationId: "0197d3b0-0000-7000-8000-000000000000",
  causationId: "0197d3b0-0000-7000-8000-000000000001"
} as const

export const newStream = (): string => `session-${v7()}`

/** A command for specs: each entry of `appends` is [stream, expected version, number of events]. */
export const append = (
  appends: ReadonlyArray<readonly [streamId: string, expected: number, events: number]>,
  options: { readonly tenant?: string; readonly keys?: ReadonlyArray<CommandKey>; readonly probe?: boolean } = {}
): AppendCommand => ({
  commandId: v7(),
  tenant: options.tenant ?? "acme",
  keys: options.keys ?? [],
  probe: options.probe ?? false,
  streams: appends.map(([streamId, expected]) => ({ streamId, expected })),
  events: appends.flatMap(([, , count], stream) =>
    Array.from({ length: count }, (_, index) => ({
      eventId: v7(),
      stream,
      type: "session.paused",
      schemaVersion: 1,
      data: { reason: `${index}` },
      metadata
    }))
  )
})

export const key = (name: string, hash = "one", timeToLive: number | null = 60): CommandKey => ({
  scope: "user alice",
  key: name,
  hash,
  timeToLive
})
