/** What a scrape of Prometheus has found. */
export interface Metrics {
  /** The sum of all series of that name that have these labels. */
  readonly sum: (name: string, labels?: Readonly<Record<string, string>>) => number
}

export async function scrape(url: string): Promise<Metrics> {
  const text = await (await fetch(url)).text()
  const samples = text.split('\n').flatMap(sampleIn)
  return {
    sum: (name, labels = {}) =>
      samples
        .filter(sample => sample.name === name)
        .filter(sample => Object.entries(labels).every(([label, value]) => sample.labels.get(label) === value))
        .reduce((total, { value }) => total + value, 0),
  }
}

interface Sample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

/** Values of labels hold no quotes here. */
function sampleIn(line: string): Sample[] {
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? []
  if (name === undefined) return []
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', text = '']): [string, string] => [
    label,
    text,
  ])
  return [{ name, labels: new Map(pairs), value: Number(value) }]
}
