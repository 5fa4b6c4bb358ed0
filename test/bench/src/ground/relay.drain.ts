import { pace } from "../measure/metrics.ts"
import type { Ground } from "./ground.servers.ts"
import type { Stage } from "./stage.services.ts"

/** Fills the outbox while no relay runs, then starts one and stops it when all is published: events per second into JetStream. */
export const drainByRelay = async (
  ground: Ground,
  stage: Stage,
  seed: (adminUrl: string) => Promise<number>
): Promise<number> => {
  const before = await stage.publishedEvents()
  const seeded = await seed(stage.stack.databaseUrl)
  await ground.checkpoint()
  const [rate] = await Promise.all([
    pace(`the relay to publish ${seeded} events`, stage.publishedEvents, before + seeded, 100),
    stage.run("outbox-relay")
  ])
  await stage.halt("outbox-relay")
  return rate
}
