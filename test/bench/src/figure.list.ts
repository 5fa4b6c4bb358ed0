import type { Figure } from "./figure.ts"
import { bus } from "./figures/bus.bench.ts"

/** Every figure, in the order of the table. */
export const figures: ReadonlyArray<Figure> = [bus]
