import process from 'node:process'
import { GCProfiler } from 'node:v8'
import { type Call, collectGarbage } from './interleaved.ts'

export interface Pace {
  /** Calls that are under way at once. */
  readonly atOnce: number
  /** How long a turn goes on making calls. */
  readonly turnMs: number
  readonly rounds: number
  readonly warmUpRounds: number
}

/** What a call took in one turn. */
export interface Turn {
  /** Nanoseconds of the turn for each call, the collection of its young garbage included. */
  readonly ns: number
  /** The same of this process's processor time. */
  readonly cpuNs: number
  /** Bytes allocated for each call. */
  readonly bytes: number
  /** What half of the calls took at most. */
  readonly p50Ns: number
  readonly p99Ns: number
}

/** All subjects take turns, round after round, in an order that turns about: who comes after whom makes a difference. */
export async function turnsOf(
  subjects: ReadonlyMap<string, Call>,
  pace: Pace,
): Promise<ReadonlyMap<string, readonly Turn[]>> {
  const there = [...subjects]
  const back = there.toReversed()
  const turns = new Map(there.map(([name]) => [name, [] as Turn[]]))
  for (let round = 0; round < pace.warmUpRounds + pace.rounds; round++) {
    for (const [name, call] of round % 2 === 0 ? there : back) {
      const turn = await turnOf(call, pace)
      if (round >= pace.warmUpRounds) turns.get(name)?.push(turn)
    }
  }
  return turns
}

async function turnOf(call: Call, { atOnce, turnMs }: Pace): Promise<Turn> {
  const allocated = bytesAllocated()
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  const latencies = await makeCalls(call, atOnce, startMs + turnMs)
  collectGarbage('minor')
  const ms = performance.now() - startMs
  const { user, system } = process.cpuUsage(cpu)
  const bytes = allocated()

  const calls = latencies.length
  latencies.sort((one, other) => one - other)
  return {
    ns: (ms * 1e6) / calls,
    cpuNs: ((user + system) * 1e3) / calls,
    bytes: bytes / calls,
    p50Ns: percentile(latencies, 0.5) * 1e6,
    p99Ns: percentile(latencies, 0.99) * 1e6,
  }
}

/** Begins calls until this time, and returns what each took, in milliseconds. */
async function makeCalls(call: Call, atOnce: number, endMs: number): Promise<number[]> {
  const latencies: number[] = []
  const caller = async (): Promise<void> => {
    for (let startMs = performance.now(); startMs < endMs; ) {
      await call()
      const nowMs = performance.now()
      latencies.push(nowMs - startMs)
      startMs = nowMs
    }
  }
  await Promise.all(Array.from({ length: atOnce }, caller))
  return latencies
}

/** Returns what tells the bytes that the heap was asked for since: what it grew by, and what collections gave back. */
function bytesAllocated(): () => number {
  const collections = new GCProfiler()
  const startBytes = process.memoryUsage().heapUsed
  collections.start()
  return () => {
    const { statistics } = collections.stop()
    const freed = statistics.map(
      ({ beforeGC, afterGC }) => beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize,
    )
    return freed.reduce((sum, each) => sum + each, process.memoryUsage().heapUsed - startBytes)
  }
}

/** Of sorted values: the one that this share of them does not exceed. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
}
