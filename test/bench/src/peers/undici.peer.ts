import { Pool } from "undici"

/** A bare loop of undici: `count` posts of a body over so many connections; posts per second. */
export const postLoop = async (url: string, body: string, connections: number, count: number): Promise<number> => {
  const pool = new Pool(url, { connections, pipelining: 1 })
  const headers = {
    "content-type": "application/cloudevents+json",
    "webhook-id": "0197a1f0-2c00-7000-8000-000000000012",
    "webhook-timestamp": "1795300000",
    "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="
  }
  let left = count
  const post = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await pool.request({ method: "POST", path: "/", headers, body })
      if (answer.statusCode !== 204) throw new Error(`the receiver answered ${answer.statusCode}`)
      await answer.body.dump()
    }
  }
  const from = performance.now()
  await Promise.all(Array.from({ length: connections }, post))
  const rate = count / ((performance.now() - from) / 1000)
  await pool.close()
  return rate
}
