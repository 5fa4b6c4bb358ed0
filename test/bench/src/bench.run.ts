import type { Figure, Outcome, Size } from "./figure.ts"
import { makeGround } from "./ground/ground.servers.ts"

/** What one figure came to, or why it could not be measured. */
export type Measured = { readonly figure: Figure; readonly seconds: number } & (
  | { readonly outcome: Outcome }
  | { readonly failure: Error }
)

/**
 * Measures the figures one after the other on servers of their own. A figure that fails does not keep the others from
 * theirs. An interrupt deletes the servers at once and ends the process: what a figure had started goes with it.
 */
export const runFigures = async (
  figures: ReadonlyArray<Figure>,
  size: Size,
  say: (line: string) => void
): Promise<ReadonlyArray<Measured>> => {
  const ground = await makeGround(say)
  const giveUp = (): void => {
    process.on("uncaughtException", () => {}) // whoever works on a server that now goes away
    void ground.close().finally(() => process.exit(130))
  }
  process.once("SIGINT", giveUp).once("SIGTERM", giveUp)
  try {
    const measured: Array<Measured> = []
    for (const figure of figures) {
      say(`${figure.name}: ${figure.question}`)
      const from = performance.now()
      const result = await attempt(() => figure.run(ground, size))
      if ("failure" in result) say(`${figure.name} failed: ${result.failure.message}`)
      measured.push({ figure, seconds: (performance.now() - from) / 1000, ...result })
    }
    return measured
  } finally {
    process.off("SIGINT", giveUp).off("SIGTERM", giveUp)
    await ground.close()
  }
}

const attempt = async (run: () => Promise<Outcome>): Promise<{ outcome: Outcome } | { failure: Error }> => {
  try {
    return { outcome: await run() }
  } catch (thrown) {
    return { failure: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }
}
