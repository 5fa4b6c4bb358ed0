import { idOf } from "@sluice/contracts/event/event.stream-id"
import { expect, it } from "vitest"
import { became, newApproval, newSession, opened, projectorStage, requested } from "./projector.spec-support.ts"
import { projector } from "./registry.ts"

const world = await projectorStage()
const session = newSession()
const approval = newApproval()

it("finds nothing where everything is as the events say, and counts what is on its way", async () => {
  expect(await world.verify()).toEqual({ events: 0, drift: [], drifted: 0, skipped: 0, behind: 0 })
  await world.append(session, 0, [opened(), became("activated")])
  await world.append(approval, 0, [requested([{ roles: ["finance"], count: 1 }])])
  await world.append(newSession(), 0, [{ type: "session.paused", data: { reason: null } }])
  expect(await world.verify()).toMatchObject({ events: 4, drifted: 0, behind: 4 })
  const running = world.start(projector)
  await world.settled()
  expect(await world.verify()).toEqual({ events: 4, drift: [], drifted: 0, skipped: 0, behind: 0 })
  await running.stop()
  await world.append(session, 2, [became("paused")])
  expect(await world.verify()).toMatchObject({ events: 5, drifted: 0, behind: 1 })
})

const spoiled: ReadonlyArray<readonly [string, string, RegExp]> = [
  ["a view", `update sluice.sessions set view = jsonb_set(view, '{metadata}', '{}')`, /view differs/],
  ["what the fold keeps", `update sluice.sessions set fold = jsonb_set(fold, '{activeMillis}', '7')`, /fold differs/],
  ["a version", "update sluice.approvals set version = 9", /version 9/],
  ["a time to sort by", "update sluice.approvals set created_at = now() + interval '1 day'", /created_at/],
  ["a missing row", "delete from sluice.approvals", /missing/],
  [
    "a row of nothing",
    `insert into sluice.sessions (tenant, id, version, view, fold, created_at)
      select tenant, gen_random_uuid()::text, version, view, fold, created_at from sluice.sessions`,
    /no such stream/
  ],
  ["a missing entry of the audit", "delete from sluice.audit where version = 2", /Version 2 is missing/],
  ["a wrong entry of the audit", "update sluice.audit set actor_id = 'me' where version = 2", /not as the event/],
  ["an entry of nothing", "update sluice.audit set position = 1000000 where version = 2", /no such event/],
  ["an event passed over", "update sluice.consumers set position = 1000000", /Version 3 is missing; The row is at/]
]
it.each(spoiled)("finds %s", async (_name, sql, problem) => {
  // As the superuser, and taken back afterwards.
  const tables = ["sessions", "approvals", "audit", "consumers"]
  for (const table of tables) await world.admin.unsafe(`create table backup_${table} as table sluice.${table}`)
  try {
    await world.admin.unsafe(sql)
    const { drift } = await world.verify()
    expect(drift.map((one) => one.problem).join("; ")).toMatch(problem)
  } finally {
    for (const table of tables) {
      const columns = await world.admin<{ name: string }[]>`
        select string_agg(column_name, ', ') as name from information_schema.columns
        where table_schema = 'sluice' and table_name = ${table} and is_generated = 'NEVER'`
      await world.admin.unsafe(`truncate sluice.${table}`)
      await world.admin.unsafe(
        `insert into sluice.${table} (${columns[0]?.name}) select ${columns[0]?.name} from backup_${table}`
      )
      await world.admin.unsafe(`drop table backup_${table}`)
    }
  }
  expect(await world.verify()).toMatchObject({ drifted: 0 })
})

it("counts a skipped event and folds without it", async () => {
  const running = world.start(projector)
  await world.append(session, 3, [{ type: "session.vanished", data: {}, broken: true }, became("resumed")])
  await world.settled()
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 2, skipped: 0 })
  await world.admin`select sluice.parked_skip('projector', 'acme', ${session}, 4, 'sre', 'not ours')`
  const resumed = async () =>
    ((await world.read("read_session", "acme", idOf(session))) as { version: number } | null)?.version === 5
  while (!(await resumed())) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(await world.verify()).toMatchObject({ drifted: 0, behind: 0, skipped: 1 })
  await running.stop()
})
