import { LRUCache } from "lru-cache"

/** A fold in memory: what a stream's events made of it, up to `version`. */
export interface Folded {
  readonly version: number
  readonly state: unknown
}

/**
 * Folded streams, the least recently used leaving first. It may be stale, because other instances append too: every
 * answer that rests on it is guarded by the append (expected version), so staleness costs a repeated decision and never
 * a wrong answer.
 */
export class StateCache {
  readonly #folds: LRUCache<string, Folded>

  constructor(maxStreams: number) {
    this.#folds = new LRUCache({ max: maxStreams })
  }

  get(stream: string): Folded | undefined {
    return this.#folds.get(stream)
  }

  /** Keeps the newer of what is there and what comes; answers it. */
  keep(stream: string, folded: Folded): Folded {
    const held = this.#folds.get(stream)
    if (held !== undefined && held.version >= folded.version) return held
    this.#folds.set(stream, folded)
    return folded
  }

  forget(stream: string): void {
    this.#folds.delete(stream)
  }
}
