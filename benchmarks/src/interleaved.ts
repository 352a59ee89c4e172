/** A way to make one call; it resolves when the call is done. */
export type Subject = () => Promise<unknown>

export interface Measurement {
  /** Nanoseconds per call above the baseline of the same run: the fastest round, which noise has touched least. */
  readonly overNs: number
  /** Bytes allocated per call, the median round. */
  readonly bytes: number
}

const ROUNDS = 40
const WARM_UP_ROUNDS = 10
const CALLS = 4_000

/**
 * Runs all subjects in turns, round after round, so that what disturbs the machine disturbs all of them alike. The heap
 * has room for a round, so that its growth tells what the round allocated; rounds that were collected in are left out.
 */
export async function interleaved(
  baseline: Subject,
  subjects: ReadonlyMap<string, Subject>,
): Promise<Map<string, Measurement>> {
  const all = new Map([['baseline', baseline], ...subjects])
  const times = new Map([...all.keys()].map(name => [name, [] as number[]]))
  const sizes = new Map([...all.keys()].map(name => [name, [] as number[]]))

  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const [name, subject] of all) {
      const { ns, bytes } = await measured(subject)
      if (round < WARM_UP_ROUNDS) continue
      times.get(name)?.push(ns)
      if (bytes > 0) sizes.get(name)?.push(bytes)
    }
    globalThis.gc?.()
  }
  const baselineNs = Math.min(...(times.get('baseline') ?? []))
  return new Map(
    [...subjects.keys()].map(name => [
      name,
      { overNs: Math.min(...(times.get(name) ?? [])) - baselineNs, bytes: median(sizes.get(name) ?? []) },
    ]),
  )
}

async function measured(subject: Subject): Promise<{ ns: number; bytes: number }> {
  const heapBefore = process.memoryUsage().heapUsed
  const startedNs = process.hrtime.bigint()
  for (let call = 0; call < CALLS; call++) await subject()
  const ns = Number(process.hrtime.bigint() - startedNs) / CALLS
  return { ns, bytes: (process.memoryUsage().heapUsed - heapBefore) / CALLS }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
