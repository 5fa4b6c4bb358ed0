/** Preloaded (`node --import`) by specs: the process's wall clock is `CLOCK_SHIFT` milliseconds off. */
const shift = Number(process.env.CLOCK_SHIFT)
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shift)
    else super(...args)
  }
  static now() {
    return RealDate.now() + shift
  }
}
