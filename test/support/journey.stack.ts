import { randomBytes } from "node:crypto"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { NatsConnection } from "@nats-io/transport-node"
import { type Stack, type StackOptions, startStack } from "@sluice/ops/dev/stack"
import { developmentAccounts } from "@sluice/ops/dev/stack.servers"
import { STREAMS_ACCOUNT } from "@sluice/ops/nats/accounts/services"
import { type TestDatabase, type TestNats, testDatabase, testNats } from "@sluice/testing"
import { afterAll, expect } from "vitest"
import { type Person, personAt } from "./journey.person.ts"
import { connectWith, observe } from "./nats.observer.ts"

/** What a token says; by default a user who may do everything and holds no role. */
export interface Claims {
  readonly roles?: ReadonlyArray<string>
  readonly scope?: string
  readonly kind?: string
}

/** A tenant of its own, so that nothing of another test is in its lists. */
export interface Organisation {
  readonly tenant: string
  readonly person: (sub: string, claims?: Claims) => Promise<Person>
}

/** The real thing: Postgres, nats-server, and every service as a process of its own. */
export interface Journey {
  readonly stack: Stack
  readonly api: string
  readonly database: TestDatabase
  readonly broker: TestNats
  /** A connection to the account of the streams with every right there, closed after the file's last test. */
  readonly connectNats: () => Promise<NatsConnection>
  /** One line per service that ended without the stack having been told to, with how it ended. */
  readonly deaths: Array<string>
  readonly organisation: () => Organisation
}

/** An empty folder, deleted after the file's last test; the services' accounts may enter it. */
export const journeyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-journey-"))
  chmodSync(folder, 0o755)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A tenant of a running stack. */
export const organisationOf = (stack: Pick<Stack, "issuer" | "api">): Organisation => {
  const tenant = `t${randomBytes(6).toString("hex")}`
  const person = async (sub: string, { roles = [], scope = "*", kind = "user" }: Claims = {}) =>
    personAt(stack.api as string, await stack.issuer.sign({ tenant, sub, roles: [...roles], scope, kind }, "1h"))
  return { tenant, person }
}

/**
 * Starts a stack on a database and a broker of its own. Call it at the top of a spec, `const journey = await
 * journeyStack()`: it ends after the file's last test. A service that dies unasked fails the file,
 * unless the test takes the line off `deaths`.
 */
export const journeyStack = async (options: Pick<StackOptions, "env" | "services"> = {}): Promise<Journey> => {
  const dataDir = journeyFolder()
  const database = await testDatabase()
  const natsAccounts = join(dataDir, "nats-accounts")
  const { configFile } = developmentAccounts(natsAccounts)
  const observed = observe(configFile, join(natsAccounts, "observed.conf"), [STREAMS_ACCOUNT])
  const seed = observed.seeds.get(STREAMS_ACCOUNT) as string
  const broker = await testNats({ configFile: observed.configFile, seed })
  const deaths: Array<string> = []
  const log = (line: string): void => {
    if (line.includes("without being asked")) deaths.push(line)
  }
  const servers = { databaseUrl: database.adminUrl, natsUrl: broker.url, natsAccounts }
  const stack = await startStack({ dataDir, ...servers, log, ...options })
  afterAll(async () => {
    await stack.stop()
    expect(deaths).toEqual([])
  })
  const connectNats = async () => {
    const connection = await connectWith(broker.url, seed)
    afterAll(() => connection.close())
    return connection
  }
  const organisation = () => organisationOf(stack)
  return { stack, api: stack.api as string, database, broker, connectNats, deaths, organisation }
}
