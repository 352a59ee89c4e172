/** The metrics of a scrape: for each name its labels, and for each label its values, `''` where some series have none. */
export type ScrapedSeries = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>

/** Reads Prometheus' text format. */
export function scrapedSeries(text: string): ScrapedSeries {
  const series = new Map<string, ReadonlyMap<string, string>[]>()
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]+)\{(.*)\} \S+$/gm)) {
    const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(
      ([, label = '', value = '']) => [label, value] as const,
    )
    series.set(name, [...(series.get(name) ?? []), new Map(pairs)])
  }
  return new Map([...series].map(([name, all]) => [name, valuesOf(all)]))
}

function valuesOf(all: readonly ReadonlyMap<string, string>[]): ReadonlyMap<string, ReadonlySet<string>> {
  const labels = new Set(all.flatMap(each => [...each.keys()]))
  return new Map([...labels].map(label => [label, new Set(all.map(each => each.get(label) ?? ''))]))
}
