import { readFileSync } from "node:fs"
import { join } from "node:path"
import { holdsWithin } from "./condition.wait.ts"
import { EmbeddedError } from "./embedded.error.ts"
import { signalProcess } from "./process.facts.ts"
import { lockedServer } from "./server.lock.ts"

const answersWithinMs = 10_000

/** Where an embedded nats-server of this folder writes what it does, and says which process it is. */
export const natsLog = (storeDir: string): string => join(storeDir, "nats.log")
export const natsLock = (storeDir: string): string => join(storeDir, "nats.lock")

/**
 * Has the nats-server of a folder, whoever started it, read its configuration again (SIGHUP); connections stay. Answers false when none
 * runs there. Fails with what the server says where it does not take the configuration: then the old one holds.
 *
 * It reads twice: an account that is new gets what it imports from others only the second time (nats-server 2.9.10).
 */
export const reloadNats = async (storeDir: string): Promise<boolean> => {
  const pid = lockedServer(natsLock(storeDir))
  if (pid === undefined) return false
  for (const _ of ["new accounts", "their imports"]) await readAgain(pid, natsLog(storeDir))
  return true
}

const readAgain = async (pid: number, log: string): Promise<void> => {
  const from = readFileSync(log).length
  signalProcess(pid, "SIGHUP")
  let answer: string | undefined
  await holdsWithin(answersWithinMs, () => {
    const said = readFileSync(log).subarray(from).toString("utf8").split("\n")
    answer = said.find((line) => /Reloaded server configuration|Failed to reload/.test(line))
    return answer !== undefined
  })
  if (answer === undefined) throw new EmbeddedError(`nats-server did not say that it reloaded (log: ${log})`)
  if (answer.includes("Failed to reload"))
    throw new EmbeddedError(`nats-server refused its new configuration: ${answer.replace(/^.*?: /, "")} (log: ${log})`)
}
