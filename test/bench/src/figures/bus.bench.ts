import type { Figure } from "../figure.ts"
import { busRuntime } from "../ground/bus.runtime.ts"
import { callsPerSecond } from "../measure/callers.ts"
import { alternate } from "../measure/rounds.ts"
import { emmettPeer } from "../peers/emmett.peer.ts"
import { pgbenchPeer } from "../peers/pgbench.peer.ts"

/** Durable commands through the command bus in this process, against PostgreSQL alone and against Emmett. */
export const bus: Figure = {
  name: "bus",
  question: "commands/s through the command bus, new streams, durable",
  keys: ["bus_vs_emmett", "bus_vs_pgbench"],
  run: async (ground, size) => {
    const pgbench = await pgbenchPeer(ground, size)
    const emmett = await emmettPeer(ground, size)
    const ours = busRuntime(await ground.freshDatabase("bus"))
    const throughBus = async (callers: number): Promise<number> => {
      await ground.checkpoint()
      return callsPerSecond(callers, size, ours.openSession)
    }
    const rate = (key: string, what: string, measure: () => Promise<number>) => ({
      key,
      what,
      unit: "commands/s",
      measure
    })
    try {
      const main = await alternate(
        [
          rate("pgbench_16", "pgbench, 16 clients", () => pgbench(16)),
          rate("emmett_64", "Emmett appendToStream, 64 callers", () => emmett.commandsPerSecond(64)),
          rate("bus_64", "command bus, 64 callers", () => throughBus(64))
        ],
        size.rounds,
        ground.say
      )
      const table = await alternate(
        [1, 16].flatMap((callers) => [
          ...(callers === 1 ? [rate("pgbench_1", "pgbench, 1 client", () => pgbench(1))] : []),
          rate(`emmett_${callers}`, `Emmett appendToStream, ${callers} callers`, () =>
            emmett.commandsPerSecond(callers)
          ),
          rate(`bus_${callers}`, `command bus, ${callers} callers`, () => throughBus(callers))
        ]),
        1,
        ground.say
      )
      return {
        wanted: {
          bus_vs_emmett: main.ratio("bus_64", "emmett_64"),
          bus_vs_pgbench: main.ratio("bus_64", "pgbench_16")
        },
        absolute: { ...main.absolute, ...table.absolute }
      }
    } finally {
      await ours.close()
      await emmett.close()
    }
  }
}
