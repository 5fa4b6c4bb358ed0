import { setTimeout as sleep } from "node:timers/promises"
import { openStream, type StreamReader } from "@sluice/api/testing/stream.reader"

/** What somebody received, in the order in which it came: position and CloudEvents JSON. */
export type Received = Array<{ readonly position: number; readonly text: string }>

export interface Follower {
  readonly received: Received
  /** How often it came back. */
  readonly returns: () => number
  /** Goes on until it has been told everything up to this position, then leaves. */
  readonly finish: (position: number) => Promise<void>
}

interface Following {
  /** Instances of the API, to which it goes in turn. */
  readonly urls: ReadonlyArray<string>
  readonly token: string
  readonly query?: string
  /** Milliseconds after which it leaves and comes back with the last id; never unless told. */
  readonly leavesAfter?: number
}

/** Follows the stream of events from the first one on, and comes back with `Last-Event-ID` whenever the connection ends. */
export const follow = ({ urls, token, query = "", leavesAfter }: Following): Follower => {
  const received: Received = []
  let returns = -1
  let last = "0"
  let goal = Number.POSITIVE_INFINITY
  const once = async (): Promise<void> => {
    const url = urls[++returns % urls.length] as string
    const reader = await openStream(url, { token, query, lastEventId: last }).catch(() => undefined)
    if (reader === undefined) return void (await sleep(20))
    let taken = 0
    const leave = leavesAfter === undefined ? undefined : setTimeout(reader.close, Math.random() * leavesAfter)
    const take = (): boolean => {
      for (; taken < reader.messages.length; taken++) keep(reader, taken)
      last = reader.lastId() ?? last
      return Number(last) >= goal
    }
    await reader.until(take).catch(() => {})
    take()
    clearTimeout(leave)
    reader.close()
  }
  const keep = (reader: StreamReader, index: number): void => {
    const message = reader.messages[index]
    if (message === undefined || message.event?.startsWith("sluice.")) return
    received.push({ position: Number(message.id), text: message.data })
  }
  const running = (async () => {
    while (Number(last) < goal) await once()
  })()
  return {
    received,
    returns: () => returns,
    finish: (position) => {
      goal = position
      return running
    }
  }
}

/** Reads the feed page by page from the first one on, again and again, as a service that catches up. */
export const page = ({ urls, token, query = "" }: Following, limit: number): Follower => {
  const received: Received = []
  let goal = Number.POSITIVE_INFINITY
  let after = 0
  let asked = 0
  const once = async (): Promise<void> => {
    const url = `${urls[++asked % urls.length]}/v1/events?limit=${limit}&after=${after}&${query}`
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${text}`)
    const { items, nextAfter, more } = JSON.parse(text)
    for (const item of items) received.push({ position: item.position, text: JSON.stringify(item) })
    after = nextAfter
    if (!more) await sleep(5)
  }
  const running = (async () => {
    while (after < goal) await once()
  })()
  running.catch(() => {}) // told by `finish`
  return {
    received,
    returns: () => asked,
    finish: (position) => {
      goal = position
      return running
    }
  }
}
