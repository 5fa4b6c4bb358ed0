/** One line of Prometheus' text format. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** The samples of a scrape. */
export const samplesOf = (text: string): ReadonlyArray<Sample> =>
  text.split("\n").flatMap((line) => {
    const [, name, labels = "", value] = LINE.exec(line) ?? []
    if (name === undefined || value === undefined) return []
    const pairs = [...labels.matchAll(LABEL)].map(([, label, text]) => [label as string, text as string] as const)
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }]
  })

export interface Scrape {
  readonly text: string
  readonly samples: ReadonlyArray<Sample>
  /** The sum over every sample of this name that carries these labels; NaN where there is none. */
  readonly value: (name: string, labels?: Readonly<Record<string, string>>) => number
}

/** Reads a service's `/metrics`. */
export const scrape = async (url: string): Promise<Scrape> => {
  const text = await (await fetch(new URL("/metrics", url))).text()
  const samples = samplesOf(text)
  const value = (name: string, labels: Readonly<Record<string, string>> = {}): number => {
    const found = samples.filter(
      (sample) => sample.name === name && Object.entries(labels).every(([label, one]) => sample.labels[label] === one)
    )
    return found.length === 0 ? Number.NaN : found.reduce((sum, sample) => sum + sample.value, 0)
  }
  return { text, samples, value }
}
