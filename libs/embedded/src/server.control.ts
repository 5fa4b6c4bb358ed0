import type { Child, Ending } from "./child.process.ts"
import { EmbeddedError } from "./embedded.error.ts"
import { type ServerLock, takeLock } from "./server.lock.ts"

/** Starts and ends one kind of server; the control below adds the states. */
export interface ServerActions {
  readonly name: string
  /** Keeps a second one off the same folder, where there is one to keep. */
  readonly lockFile?: string | undefined
  /** Resolves when the server answers; tells of the process as soon as there is one. */
  launch(born: (child: Child) => void): Promise<Child>
  /** The clean way down. */
  stop(child: Child): Promise<void>
  /** As a power cut would end it. */
  kill(child: Child): Promise<void>
  /** Told when the server ends without having been asked to. */
  readonly onDeath?: ((ending: Ending) => void) | undefined
}

/** A server that can be taken down and brought back on the same port with the same data. */
export interface ServerControl {
  /** Process id, undefined while it is down. */
  readonly pid: () => number | undefined
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  readonly kill: () => Promise<void>
}

interface Running {
  readonly child: Child
  readonly lock: ServerLock | undefined
}

/** `down → up` by start, `up → down` by stop, kill or the server's own death. Stopping what is down does nothing. */
export const controlServer = (actions: ServerActions): ServerControl => {
  let current: Running | undefined

  const start = async (): Promise<void> => {
    if (current !== undefined) {
      throw new EmbeddedError(`${actions.name} is already running as process ${current.child.pid}`)
    }
    const lock = actions.lockFile === undefined ? undefined : await takeLock(actions.lockFile, actions.name)
    try {
      const running = { child: await actions.launch((child) => lock?.holds(child.pid)), lock }
      current = running
      void running.child.ended.then((ending) => {
        if (current !== running) return
        current = undefined
        lock?.release()
        actions.onDeath?.(ending)
      })
    } catch (thrown) {
      lock?.release()
      throw thrown
    }
  }

  const end = async (how: (child: Child) => Promise<void>): Promise<void> => {
    const running = current
    current = undefined
    if (running === undefined) return
    await how(running.child)
    running.lock?.release()
  }

  return {
    pid: () => current?.child.pid,
    start,
    stop: () => end(actions.stop),
    kill: () => end(actions.kill)
  }
}
