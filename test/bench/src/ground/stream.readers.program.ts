/**
 * Many readers of `/v1/events/stream` in one process: what comes is only dated. Tells its parent, when asked, how long after each
 * event was recorded it came (milliseconds by this machine's clock). The last reader wants everything, and
 * takes nothing from its socket where it is told to be stuck.
 */
import { request } from "node:http"
import type { ReadersAsked } from "./stream.readers.ts"

let ages: Array<number> = []
let open = 0

const asked: ReadersAsked = JSON.parse(process.argv[2] as string)
/** Requests that wait for their answer. */
const AT_ONCE = 32
const MARK = '"time":"'

const take = (chunk: string): void => {
  const now = Date.now()
  for (let at = chunk.indexOf(MARK); at >= 0; at = chunk.indexOf(MARK, at + 1)) {
    ages.push(now - Date.parse(chunk.slice(at + MARK.length, at + MARK.length + 24)))
  }
}

const start = (index: number): void => {
  const isLast = index === asked.readers - 1
  const url = `${asked.url}/v1/events/stream?${isLast ? "" : asked.query}`
  request(url, { agent: false, headers: { authorization: `Bearer ${asked.token}` } })
    .on("response", (response) => {
      if (response.statusCode !== 200) throw new Error(`reader ${index} was answered ${response.statusCode}`)
      if (!isLast || !asked.stuck) response.setEncoding("latin1").on("data", isLast ? () => {} : take)
      open += 1
      if (open === asked.readers) process.send?.("open")
      else if (open + AT_ONCE <= asked.readers) start(open + AT_ONCE - 1)
    })
    .end()
}
for (let index = 0; index < Math.min(AT_ONCE, asked.readers); index++) start(index)

process.on("message", () => {
  process.send?.({ ages })
  ages = []
})
process.on("disconnect", () => process.exit(0))
