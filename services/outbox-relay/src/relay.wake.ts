import { Effect } from "effect"

/** A signal that is not lost when nobody waits: the next wait then ends at once. */
export class Wake {
  #signalled = false
  #waiting: (() => void) | undefined

  signal(): void {
    this.#signalled = true
    this.#waiting?.()
  }

  /** Waits for a signal, at most `milliseconds`. Answers whether there was one. */
  wait(milliseconds: number): Effect.Effect<boolean> {
    return Effect.callback<boolean>((resume) => {
      const done = () => {
        clearTimeout(timer)
        this.#waiting = undefined
        const signalled = this.#signalled
        this.#signalled = false
        resume(Effect.succeed(signalled))
      }
      const timer = setTimeout(done, milliseconds)
      if (this.#signalled) return done()
      this.#waiting = done
      return Effect.sync(() => {
        clearTimeout(timer)
        this.#waiting = undefined
      })
    })
  }
}
