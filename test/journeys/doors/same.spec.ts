import { connect } from "@nats-io/transport-node"
import { commands } from "@sluice/contracts/command/command.catalog"
import { startStack } from "@sluice/ops/dev/stack"
import { testDatabase, testNats } from "@sluice/testing"
import postgres from "postgres"
import { afterAll, expect, it } from "vitest"
import { journeyFolder, organisationOf } from "../../support/journey.stack.ts"
import { type Step, steps } from "./same.commands.ts"
import { type Door, httpDoor, queueDoor, requestDoor, traceOf } from "./same.doors.ts"
import { makeNormalise, type Told } from "./same.outcome.ts"

/**
 * The same commands through HTTP, as NATS requests and through the queue, each by a tenant of its own: what is on record afterwards is the
 * same, and so is what was answered.
 */

const dataDir = journeyFolder()
const database = await testDatabase()
// Without accounts, so that every tenant may be new: what those allow has tests of its own.
const broker = await testNats()
const servers = { databaseUrl: database.adminUrl, natsUrl: broker.url }
const stack = await startStack({ dataDir, ...servers, services: ["api", "outbox-relay", "projector"], log: () => {} })
afterAll(() => stack.stop())
const api = stack.api as string
const sql = postgres(database.adminUrl, { max: 2, onnotice: () => {} })
afterAll(() => sql.end())
const nats = await connect({ servers: broker.url })
afterAll(() => nats.close())

interface Recorded {
  readonly position: number
  readonly streamId: string
  readonly version: number
  readonly type: string
  readonly schemaVersion: number
  readonly data: { readonly id?: string }
  readonly metadata: { readonly correlationId: string }
}
interface Became {
  readonly command: string
  readonly events: unknown
  readonly told: (Told & { readonly trace: undefined }) | undefined
}

const NOTES = ["run.question-asked", "run.blocker-raised"]

const play = async (tenant: string, door: Door, tokens: Readonly<Record<string, string | undefined>>) => {
  const normalise = makeNormalise(tenant)
  const named = new Map<string, string>()
  const inPlace = <A>(value: A): A =>
    JSON.parse(JSON.stringify(value), (_, one) => (typeof one === "string" ? (named.get(one) ?? one) : one))
  let position = 0
  const became: Array<Became> = []
  for (const [number, step] of steps.entries()) {
    const told = await door({ ...(inPlace(step) as Step), number, token: tokens[step.by ?? "ada"] })
    const events = await sql<Array<Recorded>>`
      select position, stream_id as "streamId", version, type, schema_version as "schemaVersion", data, metadata
      from sluice.events where tenant = ${tenant} and position > ${position} order by position`
    position = events.at(-1)?.position ?? position
    for (const { metadata } of events) expect(metadata.correlationId.replaceAll("-", "")).toBe(traceOf(number))
    if (told !== undefined) expect(told.trace).toBe(traceOf(number))
    const [first] = events
    if (step.as !== undefined) {
      if (first === undefined) throw new Error(`${step.command} made no @${step.as}: ${JSON.stringify(told)}`)
      named.set(
        `@${step.as}`,
        NOTES.includes(first.type) ? (first.data.id as string) : first.streamId.replace(/^[a-z]+-/, "")
      )
    }
    became.push({
      command: step.command,
      events: normalise(events.map(({ position: _, ...event }) => event)),
      told: told === undefined ? undefined : (normalise({ ...told, trace: undefined }) as Became["told"])
    })
  }
  return became
}

const lists = async (tenant: string, token: string) => {
  const normalise = makeNormalise(tenant)
  const read = async (path: string) => {
    const answer = await fetch(new URL(path, api), { headers: { authorization: `Bearer ${token}` } })
    const text = (await answer.text()).replaceAll(/"position":\d+/g, '"position":"P"')
    return normalise(JSON.parse(text))
  }
  const found: Array<unknown> = []
  // One after the other: ids are named in the order in which they are met.
  for (const noun of ["sessions", "approvals", "workflows", "runs", "phases", "audit"])
    found.push(await read(`/v1/${noun}?limit=200`))
  return found
}

it(`is the same on every door: ${steps.length} commands`, { timeout: 300_000 }, async () => {
  expect(steps.length).toBeGreaterThanOrEqual(200)
  expect(new Set(steps.map(({ command }) => command))).toEqual(new Set(commands.map(({ name }) => name)))

  const through = async (makeDoor: (tenant: string) => Door | Promise<Door>) => {
    const { tenant, person } = organisationOf(stack)
    const ada = (await person("ada", { roles: ["pm"] })).token
    const bob = (await person("bob", { roles: ["cto"] })).token
    const reader = (await person("rita", { scope: "sessions:read" })).token
    const became = await play(tenant, await makeDoor(tenant), { ada, bob, reader, nobody: undefined })
    return { tenant, ada, became }
  }
  const overHttp = await through(() => httpDoor(api))
  const asked = await through((tenant) => requestDoor(nats, tenant))
  const queued = await through((tenant) => queueDoor(nats, tenant))

  const metrics = await (await fetch(new URL("/metrics", api))).text()
  const counted = [...metrics.matchAll(/^sluice_commands_total\{command="([^"]*)"/gm)].map(([, name]) => name as string)
  const known = new Set(commands.map(({ name }) => name))
  expect(counted.filter((name) => !known.has(name))).toEqual([])

  const refused = overHttp.became.filter(({ told }) => (told?.status ?? 0) >= 400)
  const accepted = overHttp.became.filter(({ told }) => (told?.status ?? 500) < 300)
  expect(refused.length + accepted.length).toBe(steps.length)
  const never = commands.filter(({ name }) => !accepted.some(({ command }) => command === name))
  // What these are about is made by consumers alone.
  expect(never.map(({ name }) => name)).toEqual([
    "delivery.redeliver",
    "notification.mark-read",
    "notification.archive"
  ])
  expect(new Set(refused.map(({ told }) => told?.status))).toEqual(new Set([400, 401, 403, 404, 409, 412, 422]))

  for (const [number, one] of overHttp.became.entries()) {
    const told = `${number} ${one.command} ${JSON.stringify(steps[number])}`
    expect(asked.became[number], told).toEqual(one)
    const left = queued.became[number] as Became
    expect(left.events, told).toEqual(one.events)
    if ((one.told?.status ?? 0) < 400) expect(left.told, told).toBeUndefined()
    else expect(left.told, told).toEqual(one.told)
  }

  const log = await sql<Array<{ count: number }>>`select count(*)::int as count from sluice.events`
  const isRead = async (): Promise<boolean> => {
    const [row] = await sql<Array<{ behind: number }>>`
      select count(*)::int as behind from sluice.events
      where position > coalesce((select position from sluice.consumers where consumer = 'projector'), 0)`
    return row?.behind === 0
  }
  await expect.poll(isRead, { timeout: 30_000 }).toBe(true)
  const [first, ...more] = await Promise.all([overHttp, asked, queued].map(({ tenant, ada }) => lists(tenant, ada)))
  for (const other of more) expect(other).toEqual(first)
  expect(JSON.stringify(first).length).toBeGreaterThan(10_000)
  console.log(
    `${accepted.length} accepted, ${refused.length} refused, ${log[0]?.count} events, the same on three doors`
  )
})
