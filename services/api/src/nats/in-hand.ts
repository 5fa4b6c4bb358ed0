/** What a door is working on: at most so many messages and bytes at once. */
export class InHand {
  readonly #most: { readonly messages: number; readonly bytes: number }
  #messages = 0
  #bytes = 0
  #waiting: Array<{ readonly upTo: number; readonly resume: () => void }> = []

  constructor(most: { readonly messages: number; readonly bytes: number }) {
    this.#most = most
  }

  get messages(): number {
    return this.#messages
  }

  /** How many messages more may be taken. */
  get room(): number {
    return this.#bytes >= this.#most.bytes ? 0 : Math.max(0, this.#most.messages - this.#messages)
  }

  /** Takes a message of so many bytes in hand; answers how to let go of it. */
  take(bytes: number): () => void {
    this.#messages += 1
    this.#bytes += bytes
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#messages -= 1
      this.#bytes -= bytes
      const [now, later] = [this.#ready(), this.#waiting.filter((one) => !this.#isReady(one.upTo))]
      this.#waiting = later
      for (const { resume } of now) resume()
    }
  }

  /** Resolves once at most so many messages are in hand, and there is room for bytes. */
  downTo(messages: number): Promise<void> {
    if (this.#isReady(messages)) return Promise.resolve()
    return new Promise((resume) => this.#waiting.push({ upTo: messages, resume }))
  }

  #isReady(upTo: number): boolean {
    return this.#messages <= upTo && (this.#bytes < this.#most.bytes || this.#messages === 0)
  }

  #ready() {
    return this.#waiting.filter(({ upTo }) => this.#isReady(upTo))
  }
}
