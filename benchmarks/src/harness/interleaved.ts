import process from 'node:process'
import { GCProfiler } from 'node:v8'
import { median, minimum } from './statistics.ts'

/** Makes one call; what it returns settles when the call has ended. */
export type Call = () => Promise<unknown>

interface Sample {
  /** Nanoseconds per call. */
  readonly ns: number
  /** Bytes allocated per call; NaN if a collection came between. */
  readonly bytes: number
}

export interface Measurement {
  /** Nanoseconds per call of the fastest round, the one that noise has touched least. */
  readonly ns: number
  readonly medianNs: number
  /** Bytes allocated per call, the median round. */
  readonly bytes: number
}

export interface Rounds {
  /** Calls per round. */
  readonly calls: number
  readonly rounds: number
  readonly warmUpRounds: number
}

/**
 * Runs all subjects in turns, round after round, so that what disturbs the machine disturbs all of them alike. Before
 * each turn the young garbage is collected; the heap has room for a turn, so that its growth tells what the turn
 * allocated. No full collection: it makes the engine throw optimised code away, and more of some subjects' than of
 * others'.
 */
export async function interleaved(
  calls: ReadonlyMap<string, Call>,
  { calls: callsPerRound, rounds, warmUpRounds }: Rounds,
): Promise<Map<string, Measurement>> {
  const samples = new Map([...calls.keys()].map(name => [name, [] as Sample[]]))
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    for (const [name, call] of turned(calls, round)) {
      const sample = await sampleOf(call, callsPerRound)
      if (round >= warmUpRounds) samples.get(name)?.push(sample)
    }
  }
  return new Map([...samples].map(([name, taken]) => [name, measurementOf(taken)]))
}

/** Another one begins each round: who comes after a dear one finds the machine in another state. */
function turned<T>(entries: Iterable<T>, round: number): T[] {
  const list = [...entries]
  const first = round % list.length
  return [...list.slice(first), ...list.slice(0, first)]
}

async function sampleOf(call: Call, calls: number): Promise<Sample> {
  collectGarbage('minor')
  const collections = new GCProfiler()
  collections.start()
  const heapBytes = process.memoryUsage().heapUsed
  const startedNs = process.hrtime.bigint()
  for (let each = 0; each < calls; each++) await call()
  const ns = Number(process.hrtime.bigint() - startedNs) / calls
  const bytes = (process.memoryUsage().heapUsed - heapBytes) / calls
  const isWhole = collections.stop().statistics.length === 0
  return { ns, bytes: isWhole ? bytes : Number.NaN }
}

function measurementOf(samples: readonly Sample[]): Measurement {
  const times = samples.map(({ ns }) => ns)
  const sizes = samples.map(({ bytes }) => bytes).filter(bytes => !Number.isNaN(bytes))
  return { ns: minimum(times), medianNs: median(times), bytes: median(sizes) }
}

/** Needs `--expose-gc`. */
export function collectGarbage(type: 'minor' | 'major' = 'major'): void {
  if (globalThis.gc === undefined) throw new Error('the benchmarks need node --expose-gc')
  globalThis.gc({ type })
}
