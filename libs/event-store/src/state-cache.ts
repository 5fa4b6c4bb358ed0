import { LRUCache } from "lru-cache"
import type { StreamRef } from "./command-bus.port.ts"

/** A fold in memory: what a stream's events made of it, up to `version`. */
export interface Folded {
  readonly version: number
  readonly state: unknown
}

/** Kibibytes of all states together: a fifth of the heap that a service is given. */
const WEIGHT_MAXIMUM = 40 * 1024

/**
 * Folded streams, the least recently used leaving first, bounded in number and in memory. It may be stale, because other instances append too: every
 * answer that rests on it is guarded by the append (expected version), so staleness costs a repeated decision and never
 * a wrong answer.
 */
export class StateCache {
  readonly #folds: LRUCache<string, Folded>

  constructor(maxStreams: number) {
    this.#folds = new LRUCache({ max: maxStreams, maxSize: WEIGHT_MAXIMUM })
  }

  get(stream: string): Folded | undefined {
    return this.#folds.get(stream)
  }

  /** Keeps the newer of what is there and what comes; answers it. That a stream does not exist is not kept: it may tomorrow. */
  keep(stream: string, ref: StreamRef<unknown>, folded: Folded): Folded {
    if (folded.version === 0) return folded
    const held = this.#folds.get(stream)
    if (held !== undefined && held.version >= folded.version) return held
    this.#folds.set(stream, folded, { size: weightOf(ref, folded.state) })
    return folded
  }

  forget(stream: string): void {
    this.#folds.delete(stream)
  }
}

const weightOf = ({ category }: StreamRef<unknown>, state: unknown): number =>
  Math.max(1, Math.ceil(category.weigh?.(state) ?? 1))
