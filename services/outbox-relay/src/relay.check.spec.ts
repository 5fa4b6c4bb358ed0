import { declaredStream, EVENTS } from "@sluice/messaging"
import { expect, it } from "vitest"
import { payloadShortage } from "./relay.check.ts"

const stream = declaredStream(EVENTS)
const wanted = stream.max_msg_size as number

it.each([
  [undefined, undefined],
  [wanted, undefined],
  [wanted - 1, expect.stringContaining(`messages of ${wanted - 1} bytes and events may have ${wanted}`)],
  [1024 * 1024, expect.stringContaining("set max_payload")]
])("a broker that takes messages of %s bytes: %s", (maxPayload, expected) =>
  expect(payloadShortage(maxPayload, stream)).toEqual(expected)
)
