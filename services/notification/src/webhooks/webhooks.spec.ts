import { randomUUID } from "node:crypto"
import { expect, it } from "vitest"
import { answering, type Behaviour, startReceiver, verify } from "../testing/receiver.ts"
import { until, webhooksStage } from "../testing/webhooks.stage.ts"

const world = await webhooksStage()
const receiver = await startReceiver()
world.start({ timeout: 700 })

/** One delivery to a path that behaves so, until it has ended. */
const delivered = async (path: string, behaviour: Behaviour) => {
  receiver.behave(path, behaviour)
  const { id, secret } = await world.endpoint(receiver.url(path))
  const [delivery = ""] = (await world.deliver([id])).get(id) ?? []
  await world.allEnded(id)
  const [row] = await world.deliveries(id)
  return { id, secret, delivery, row, attempts: await world.attempts(delivery), received: receiver.received(path) }
}

it("delivers an event, signed, and notes how it went", async () => {
  const { delivery, secret, row, attempts, received } = await delivered("/ok", answering(200, "thänks"))
  const [one, ...others] = received
  if (one === undefined) throw new Error("Nothing arrived")
  expect(others).toEqual([])
  expect(one.id).toBe(delivery)
  const [event] = await world.admin<{ body: string }[]>`
    select sluice.cloud_event(e) as body from sluice.events e join sluice.deliveries d using (position) where d.id = ${delivery}`
  expect(one.body).toBe(event?.body)
  expect(one.headers).toMatchObject({ "content-type": "application/cloudevents+json", "user-agent": "Sluice-Webhooks" })
  expect(verify(secret, one)).toMatchObject({ specversion: "1.0", type: "sluice.session.opened.v1" })
  expect(() => verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", one)).toThrow("No matching signature")
  expect(row).toMatchObject({ status: "delivered", attempts: 1, leasedBy: null, deadReason: null })
  expect(attempts).toMatchObject([
    { attempt: 1, outcome: "delivered", responseStatus: 200, error: null, answer: "thänks" }
  ])
  expect(Math.abs((attempts[0]?.startedAt.getTime() ?? 0) - Date.now())).toBeLessThan(5_000)
})

it("waits for an endpoint that is slow", async () => {
  const { attempts } = await delivered("/slow", (response) => setTimeout(() => response.end("late"), 300))
  expect(attempts).toMatchObject([{ outcome: "delivered", responseStatus: 200, answer: "late" }])
  expect(attempts[0]?.latencyMillis).toBeGreaterThanOrEqual(290)
})

it("tries again what failed, under the same id", async () => {
  const { delivery, row, attempts, received, secret } = await delivered("/flaky", (response, { before }) =>
    response.writeHead(before === 0 ? 500 : 200).end(before === 0 ? "broken" : "")
  )
  expect(row).toMatchObject({ status: "delivered", attempts: 2, tries: 2 })
  expect(attempts).toMatchObject([
    { attempt: 1, outcome: "refused", responseStatus: 500, error: "The endpoint answered 500", answer: "broken" },
    { attempt: 2, outcome: "delivered", responseStatus: 200, error: null, answer: "" }
  ])
  expect(received.map(({ id }) => id)).toEqual([delivery, delivery])
  for (const one of received) expect(() => verify(secret, one)).not.toThrow()
})

it("gives up after the last attempt of the schedule, and keeps to its pauses", async () => {
  const { row, attempts, received, id } = await delivered("/broken", answering(500))
  expect(row).toMatchObject({ status: "dead", attempts: 3, leasedBy: null, deadReason: "Every attempt failed" })
  expect(attempts.map(({ outcome }) => outcome)).toEqual(["refused", "refused", "refused"])
  const [first = 0, second = 0, third = 0] = received.map(({ at }) => at)
  expect(second - first).toBeGreaterThanOrEqual(50)
  expect(third - second).toBeGreaterThanOrEqual(100)
  const [endpoint] =
    await world.admin`select failing_since, due_at from sluice.webhook_endpoints where subscription_id = ${id}`
  expect(endpoint?.failing_since).toBeInstanceOf(Date)
})

it("forgets that an endpoint failed as soon as something arrives", async () => {
  const { id } = await delivered("/recovers", answering(503))
  receiver.behave("/recovers", answering(204))
  await world.deliver([id])
  await world.allEnded(id)
  const [endpoint] = await world.admin`select failing_since from sluice.webhook_endpoints where subscription_id = ${id}`
  expect(endpoint).toEqual({ failing_since: null })
  expect(await world.counts(id)).toEqual({ dead: 1, delivered: 1 })
})

it("waits no longer than its time for an endpoint that hangs, before its answer or within", async () => {
  const { attempts, row } = await delivered("/hangs", () => {})
  expect(row?.status).toBe("dead")
  expect(attempts).toHaveLength(3)
  for (const attempt of attempts) {
    expect(attempt).toMatchObject({
      outcome: "timeout",
      responseStatus: null,
      error: "No complete answer within 0.7 s"
    })
    expect(attempt.latencyMillis).toBeGreaterThanOrEqual(690)
    expect(attempt.latencyMillis).toBeLessThan(1_500)
  }
  const within = await delivered("/trickles", (response) => response.writeHead(200).write("some"))
  expect(within.attempts[0]).toMatchObject({ outcome: "timeout", responseStatus: 200, answer: "some" })
})

it("tells an answer that broke off from none at all", async () => {
  const before = await delivered("/closes", (response) => response.destroy())
  expect(before.attempts[0]).toMatchObject({ outcome: "interrupted", responseStatus: null, answer: null })
  const within = await delivered("/breaks", (response) => {
    response.writeHead(200, { "content-length": 100 }).write("half of")
    setTimeout(() => response.destroy(), 20)
  })
  expect(within.row?.status).toBe("dead")
  expect(within.attempts[0]).toMatchObject({ outcome: "interrupted", responseStatus: 200, answer: "half of" })
  const nobody = await startReceiver()
  await nobody.close()
  const { id } = await world.endpoint(nobody.url("/"))
  const [delivery = ""] = (await world.deliver([id])).get(id) ?? []
  await world.allEnded(id)
  expect((await world.attempts(delivery))[0]).toMatchObject({
    outcome: "unreachable",
    responseStatus: null,
    error: "No connection: ECONNREFUSED",
    answer: null
  })
})

it("reads the first 1,024 bytes of a huge answer and no more", async () => {
  let sent = 0
  let closed = false
  const { attempts, row } = await delivered("/huge", (response) => {
    response.once("close", () => {
      closed = true
    })
    const more = () => {
      while (!closed && response.write("ä".repeat(32_768))) sent += 65_536
      if (!closed) response.once("drain", more)
    }
    more()
  })
  expect(row?.status).toBe("delivered")
  expect(attempts).toMatchObject([{ outcome: "delivered", responseStatus: 200, answer: "ä".repeat(512) }])
  await until(() => closed)
  expect(sent).toBeLessThan(64 * 1024 * 1024)
  const refused = await delivered("/huge-refusal", answering(400, "x".repeat(5_000)))
  expect(refused.attempts[0]).toMatchObject({ outcome: "refused", responseStatus: 400, answer: "x".repeat(1_024) })
})

it("keeps what a database can store of an answer", async () => {
  const { attempts } = await delivered("/binary", (response) =>
    response.writeHead(200).end(Buffer.from([0x61, 0x00, 0xff, 0x62]))
  )
  expect(attempts).toMatchObject([{ outcome: "delivered", answer: "a\uFFFD\uFFFDb" }])
})

it("refuses headers without end", async () => {
  const { attempts } = await delivered("/headers", answering(200, "", { "x-much": "y".repeat(20_000) }))
  expect(attempts[0]).toMatchObject({ outcome: "interrupted", error: "The answer broke off: Headers Overflow Error" })
})

it("follows no redirects", async () => {
  const elsewhere = receiver.url("/elsewhere")
  const { attempts } = await delivered("/moved", answering(307, "", { location: elsewhere }))
  expect(attempts[0]).toMatchObject({
    outcome: "refused",
    responseStatus: 307,
    error: "The endpoint answered 307; redirects are not followed"
  })
  const inwards = await delivered("/inwards", answering(302, "", { location: "http://169.254.169.254/latest" }))
  expect(inwards.attempts[0]).toMatchObject({ outcome: "refused", responseStatus: 302 })
  expect(receiver.received("/elsewhere")).toEqual([])
})

it("signs with both secrets while they overlap, and with the new one alone afterwards", async () => {
  const { id, secret: old } = await world.endpoint(receiver.url("/rotated"))
  const secretId = randomUUID()
  const secret = await world.keepSecret(id, secretId)
  await world.admin`
    update sluice.webhook_endpoints
    set previous_secret_id = secret_id, secret_id = ${secretId}, previous_until = clock_timestamp() + interval '1 hour'
    where subscription_id = ${id}`
  await world.deliver([id])
  await world.allEnded(id)
  await world.admin`
    update sluice.webhook_endpoints set previous_until = clock_timestamp() - interval '1 second' where subscription_id = ${id}`
  await world.deliver([id])
  await world.allEnded(id)
  const [during, after] = receiver.received("/rotated")
  if (during === undefined || after === undefined) throw new Error("Two should have arrived")
  expect(() => [verify(secret, during), verify(old, during), verify(secret, after)]).not.toThrow()
  expect(() => verify(old, after)).toThrow("No matching signature")
})

it("leaves deliveries waiting, without an attempt, that nobody can sign", async () => {
  const { id } = await world.endpoint(receiver.url("/unsigned"))
  await world.admin`update sluice.webhook_secrets set key_name = 'lost' where subscription_id = ${id}`
  await world.deliver([id])
  await until(async () => ((await world.deliveries(id))[0]?.nextIn ?? 0) > 30_000)
  expect(await world.deliveries(id)).toMatchObject([{ status: "pending", attempts: 0, tries: 0, leasedBy: null }])
  expect(receiver.received("/unsigned")).toEqual([])
})

it("delivers nothing to an endpoint that is paused until it is active again", async () => {
  const { id } = await world.endpoint(receiver.url("/paused"))
  await world.admin`update sluice.webhook_endpoints set status = 'paused' where subscription_id = ${id}`
  await world.deliver([id], 3)
  const other = await world.endpoint(receiver.url("/beside"))
  await world.deliver([other.id])
  await world.allEnded(other.id)
  expect(receiver.received("/paused")).toEqual([])
  await world.admin`
    update sluice.webhook_endpoints set status = 'active', due_at = clock_timestamp() where subscription_id = ${id}`
  await world.allEnded(id)
  expect(receiver.received("/paused")).toHaveLength(3)
})
