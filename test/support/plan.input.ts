import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** Real input of other projects; `SLUICE_INPUT` names its folder. */
const shared = process.env.SLUICE_INPUT || join(import.meta.dirname, "../../../shared/input")
/** Small files of our own in the same places and of the same shapes. */
const samples = join(import.meta.dirname, "../journeys/plans/samples")

/** A file or folder of the input. */
export interface PlanInput {
  readonly path: string
  /** False: the input is not there, and this is a sample of our own. */
  readonly isReal: boolean
  /** Of what, for the name of a test. */
  readonly said: string
}

/** @param place of a file or folder below the input's folder */
export const planInput = (place: string): PlanInput => {
  const real = join(shared, place)
  const isReal = existsSync(real)
  const said = isReal ? place : `a sample of our own, as ${real} is not there`
  return { path: isReal ? real : join(samples, place), isReal, said }
}

export const textIn = ({ path }: PlanInput, file = ""): string => readFileSync(join(path, file), "utf8")

/** The JSON files of a folder by name, with their content. */
export const jsonFilesIn = (folder: PlanInput): ReadonlyArray<{ readonly file: string; readonly content: unknown }> =>
  readdirSync(folder.path)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({ file, content: JSON.parse(textIn(folder, file)) }))
