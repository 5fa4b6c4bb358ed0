import type { JsMsg } from "@nats-io/jetstream"
import type { Msg, MsgHdrs } from "@nats-io/nats-core"
import type { MsgImpl } from "@nats-io/nats-core/internal"
import type { CommandMessage } from "./command.request.ts"

/** As much as HTTP takes: a token and a key are far below. */
const LARGEST_HEADERS = 16 * 1024
const MOST_HEADERS = 128
const LINE_FEED = 0x0a

/** With headers as the broker's client has them. */
export interface HeadedMessage extends CommandMessage {
  readonly headers: MsgHdrs | undefined
}

/** Why the headers of a message are not read. */
export class HeadersTooMany extends Error {
  override readonly message = `must be ${MOST_HEADERS} lines and ${LARGEST_HEADERS} bytes at most`
}

/**
 * A message as NATS brought it. The broker's client looks at a message's headers only when asked, and compares each name with all before
 * it: a megabyte of short ones takes it many minutes, and nobody else is answered meanwhile. So it is not asked where there are many.
 */
export const commandOf = (message: Msg | JsMsg): HeadedMessage => ({
  subject: message.subject,
  data: message.data,
  get headers(): MsgHdrs | undefined {
    if (areTooMany(headerBytes(message))) throw new HeadersTooMany()
    return message.headers
  }
})

const areTooMany = (bytes: Uint8Array): boolean => {
  if (bytes.length > LARGEST_HEADERS) return true
  let lines = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1
  // The first one is the version, and the last one is empty.
  return lines - 2 > MOST_HEADERS
}

/** nats-core has no public name for them. */
const headerBytes = (message: Msg | JsMsg): Uint8Array => {
  const { _msg, _rdata } = ("msg" in message ? message.msg : message) as MsgImpl
  return _msg.hdr > 0 ? _rdata.subarray(0, _msg.hdr) : new Uint8Array(0)
}
