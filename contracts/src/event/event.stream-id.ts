import { hash } from "node:crypto"

/** `<category>-<uuid>`, for example `approval-0197…`: the category before the first hyphen groups streams of one kind. */
export const streamId = (category: string, id: string): string => `${category}-${id}`

/** The category of a stream id or of an event type (`session.opened` → `session`). */
export const categoryOf = (name: string): string => {
  const end = name.search(/[-.]/)
  return end < 0 ? name : name.slice(0, end)
}

/** The id behind the category of a stream id. */
export const idOf = (stream: string): string => stream.slice(stream.indexOf("-") + 1)

export const PARTITIONS = 64

/** hash(stream id) mod 64, the seam for partitioned consumers: the first byte of its MD5, mod 64. */
export const partitionOf = (stream: string): number => (hash("md5", stream, "buffer")[0] as number) % PARTITIONS
