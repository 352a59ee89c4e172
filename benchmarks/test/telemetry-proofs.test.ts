import { describe, expect, it } from 'vitest'
import { type Begin, beginTelemetry, type Watch } from '../src/subjects/telemetry.ts'
import { measuredByHand } from '../src/subjects/telemetry-by-hand.ts'
import { proveByHand, proveWatch } from '../src/subjects/telemetry-proofs.ts'

const everything: Watch = { hasMetrics: true, sampledRatio: 1, attemptSpans: true }

/** Watches in another way than it was asked to. */
const insteadBy =
  (change: Watch): Begin =>
  watch =>
    beginTelemetry({ ...watch, ...change })

describe('proveWatch', () => {
  it.each<[string, Watch]>([
    ['nothing', {}],
    ['an observer', { isObserved: true }],
    ['metrics', { hasMetrics: true }],
    ['traces', { sampledRatio: 1 }],
    ['a sampled share of traces', { sampledRatio: 0.01 }],
    ['everything', everything],
  ])('accepts who tells of %s', async (name, watch) => {
    await expect(proveWatch(name, watch, beginTelemetry)).resolves.toBeUndefined()
  })

  it('finds out who counts nothing', async () => {
    const proof = proveWatch('metrics', everything, insteadBy({ hasMetrics: false }))

    await expect(proof).rejects.toThrow('metrics: 0 calls are counted, of 5000')
  })

  it('finds out who has no spans', async () => {
    const proof = proveWatch('traces', everything, insteadBy({ sampledRatio: 0 }))

    await expect(proof).rejects.toThrow('traces: 0 spans have ended, of 10000')
  })

  it('finds out who has no spans of attempts', async () => {
    const proof = proveWatch('traces', everything, insteadBy({ attemptSpans: false }))

    await expect(proof).rejects.toThrow('traces: 5000 spans have ended, of 10000')
  })

  it('finds out who samples all instead of a share', async () => {
    const proof = proveWatch('traces', { sampledRatio: 0.01 }, insteadBy({ sampledRatio: 1 }))

    await expect(proof).rejects.toThrow('traces: 5000 spans have ended, of 5000')
  })

  it('finds out who goes on after the end', async () => {
    const ends: (() => void)[] = []
    const endless: Begin = watch => {
      const telemetry = beginTelemetry(watch)
      ends.push(telemetry.end)
      return { ...telemetry, end: () => {} }
    }

    const proof = proveWatch('metrics', everything, endless)

    await expect(proof).rejects.toThrow('metrics: goes on although it has ended')
    for (const end of ends) end()
  })
})

describe('proveByHand', () => {
  it('accepts who tells of each call', async () => {
    await expect(proveByHand('both', { hasMetrics: true, sampledRatio: 1 })).resolves.toBeUndefined()
  })

  it('finds out who tells of none', async () => {
    const proof = proveByHand('both', { hasMetrics: true, sampledRatio: 1 }, call => call)

    await expect(proof).rejects.toThrow('both by hand: 0 calls are counted, of 5000')
  })

  it('finds out who tells of each twice', async () => {
    const twice: typeof measuredByHand = (call, sdk, watch) => {
      const once = measuredByHand(call, sdk, watch)
      return () => once().then(once)
    }

    await expect(proveByHand('traces', { sampledRatio: 1 }, twice)).rejects.toThrow(
      'traces by hand: 10000 spans have ended, of 5000',
    )
  })
})
