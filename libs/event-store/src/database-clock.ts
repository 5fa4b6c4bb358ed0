/**
 * The database's clock, estimated here: it is the only clock of decisions, so that two instances whose own clocks are a
 * minute apart decide alike. Each sample is a database time and when the question left and the answer came by our own
 * steady clock; the one with the shortest round trip of the last minute is used (Cristian's algorithm), so the error is
 * at most half of that round trip.
 */
export class DatabaseClock {
  #offset: number | undefined
  #roundTrip = Number.POSITIVE_INFINITY
  #takenAt = 0

  /** Milliseconds: `databaseTime` since the epoch; `sent` and `received` by `DatabaseClock.steady()`. */
  observe(databaseTime: number, sent: number, received: number): void {
    const roundTrip = received - sent
    if (roundTrip > this.#roundTrip && received - this.#takenAt < 60_000) return
    this.#offset = databaseTime - (sent + received) / 2
    this.#roundTrip = roundTrip
    this.#takenAt = received
  }

  /** Epoch milliseconds of the database, or undefined before the first sample or after ten minutes without one. */
  now(): number | undefined {
    const steady = DatabaseClock.steady()
    if (this.#offset === undefined || steady - this.#takenAt > 600_000) return undefined
    return Math.floor(this.#offset + steady)
  }

  /** Milliseconds of a clock that is never set. */
  static steady(): number {
    return performance.now()
  }
}
