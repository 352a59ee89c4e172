import process from 'node:process'
import { pipeline } from '@holdfast/core'
import { instrument } from '@holdfast/opentelemetry'
import { constant, permanent, retry } from '@holdfast/retry'
import { countCollected, hangs, rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PulledReader } from './measured.ts'

const BATCHES = 100
const BATCH = 1_000
/** One of so many objects is looked for after a collection. */
const SAMPLED = 50
/** Of thousands of samples: the engine may hold on to what one call or another left in a frame. */
const MOST_HELD = 20
/** An entry of a map for each call would take several times as much. */
const MOST_BYTES_PER_CALL = 8

const samples: WeakRef<object>[] = []
let watched = 0
const watch = <T extends object>(object: T): T => {
  if (watched++ % SAMPLED === 0) samples.push(new WeakRef(object))
  return object
}

/** Drops spans, and remembers of some that they were there. */
const dropping = {
  onStart: (span: ReadableSpan): void => void watch(span),
  onEnd: (): void => {},
  forceFlush: async (): Promise<void> => {},
  shutdown: async (): Promise<void> => {},
}

const clock = virtualClock()
const policy = pipeline.named(
  'load',
  timeout({ timeoutMs: 100, clock }),
  retry({ backoff: constant({ delayMs: 1 }), budget: false, clock }),
  timeout({ timeoutMs: 5, clock }),
)

/** Ends that take no time. */
const atOnce = [
  () => policy.run(() => 'fresh'),
  () => policy.run(() => Promise.reject(permanent(watch(new Error('down'))))),
  () => policy.run(() => 'fresh', { signal: AbortSignal.abort(watch(new Error('gone'))) }),
]
const later = [
  () => policy.run(scripted([rejects(watch(new Error('down'))), resolves('fresh')], { clock })),
  () => policy.run(() => Promise.reject(watch(new Error('down')))),
  () => policy.run(scripted([resolves('late', { afterMs: 20, isDeaf: true }), resolves('fresh')], { clock })),
  () => policy.run(scripted([hangs(), hangs(), hangs()], { clock })),
]

async function run(): Promise<void> {
  const calls = Array.from({ length: BATCH }, (_, index) => {
    const endings = index % 20 === 0 ? later : atOnce
    return endings[Math.floor(index / 20 + index) % endings.length]?.() ?? Promise.resolve()
  })
  await Promise.all([Promise.allSettled(calls), clock.runAll()])
}

/** After a collection. */
async function heapBytes(): Promise<number> {
  await countCollected([])
  return process.memoryUsage().heapUsed
}

describe('a hundred thousand calls that are measured, traced and logged', () => {
  let grownBytes = Infinity
  let held = Infinity

  beforeAll(async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const stop = instrument({
      meterProvider: new MeterProvider({ readers: [new PulledReader()] }),
      tracerProvider: new TracerProvider({ spanProcessors: [dropping] }),
      logger: { info: () => {}, warn: () => {}, error: () => {} },
      attemptSpans: true,
    })
    for (let batch = 0; batch < BATCHES / 5; batch++) await run()
    const before = await heapBytes()
    for (let batch = BATCHES / 5; batch < BATCHES; batch++) await run()
    held = samples.length - (await countCollected(samples))
    samples.length = 0
    grownBytes = (await heapBytes()) - before
    stop()
  }, 300_000)

  afterAll(() => context.disable())

  it('leave no span and no error in the memory', () => {
    expect(watched / SAMPLED).toBeGreaterThan(4_000)
    expect(held).toBeLessThanOrEqual(MOST_HELD)
  })

  it('leave no entry for a call behind', () => {
    expect(grownBytes / (BATCH * BATCHES)).toBeLessThan(MOST_BYTES_PER_CALL)
  })
})
