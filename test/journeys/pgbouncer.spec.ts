import { startService } from "@sluice/ops/dev/service.process"
import { serviceEnv, serviceNames } from "@sluice/ops/dev/stack.services"
import { afterAll, expect, it } from "vitest"
import { journeyFolder, journeyStack, organisationOf } from "../support/journey.stack.ts"
import { hasPgBouncer, pgBouncerBinary, throughPgBouncer } from "../support/pgbouncer.process.ts"

const commands = 200

const organisation = async () => {
  const { stack } = await journeyStack({ services: [] })
  const environments = await Promise.all(serviceNames.map((name) => serviceEnv(name, stack)))
  const logDir = journeyFolder()
  const urls = await throughPgBouncer(
    logDir,
    environments.map(({ DATABASE_URL }) => DATABASE_URL as string)
  )
  const services = await Promise.all(
    serviceNames.map((name, index) =>
      startService({ name, env: { ...environments[index], DATABASE_URL: urls[index] as string }, logDir })
    )
  )
  afterAll(() => Promise.all(services.map((service) => service.stop())))
  return organisationOf({ issuer: stack.issuer, api: services[0]?.url })
}

if (!hasPgBouncer) console.warn(`PgBouncer is not tested: there is no ${pgBouncerBinary}`)
const bounced = hasPgBouncer ? await organisation() : undefined

it.runIf(bounced)("every service works through PgBouncer in transaction mode", { timeout: 60_000 }, async () => {
  const pm = await (bounced as NonNullable<typeof bounced>).person("pm")
  const statuses = await Promise.all(
    Array.from({ length: commands }, async () => {
      const opened = await pm.openSession({ role: "pm" })
      const active = await pm.updateSession(opened.body.id, { status: "active" })
      const read = await pm.readSession(opened.body.id, { minVersion: 2, wait: "10s" })
      return [opened.status, active.status, read.status, read.body.status].join()
    })
  )
  expect(new Set(statuses)).toEqual(new Set(["201,200,200,active"]))
})
