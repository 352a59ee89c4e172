import { describe, expect, it, onTestFinished } from 'vitest'
import { startDependency } from '../src/dependency.ts'
import { phaseAt, schedule } from '../src/phases.ts'
import { fetchPrice } from '../src/price.ts'

const phases = schedule(7_000)
const flaky = phaseAt(phases, 1_500)

async function fatesOf(seed: number, attempt: number): Promise<unknown[]> {
  const dependency = await startDependency({ seed, phaseNow: () => flaky })
  onTestFinished(dependency.close)
  const { signal } = new AbortController()
  return Promise.all(
    Array.from({ length: 20 }, (_, call) =>
      fetchPrice(dependency.url, { call, attempt, signal }).catch((error: unknown) => String(error)),
    ),
  )
}

describe('dependency', () => {
  it('answers the same calls in the same way for the same seed', async () => {
    const [once, again] = await Promise.all([fatesOf(1, 1), fatesOf(1, 1)])

    expect(again).toEqual(once)
    expect(once).toContain('Error: HTTP 503')
    expect(once).toContain('TypeError: fetch failed')
  })

  it('draws anew for another seed and for another attempt', async () => {
    const [once, otherSeed, otherAttempt] = await Promise.all([fatesOf(1, 1), fatesOf(2, 1), fatesOf(1, 2)])

    expect(otherSeed).not.toEqual(once)
    expect(otherAttempt).not.toEqual(once)
  })

  it('counts what reaches it, and what reaches it in vain', async () => {
    let phase = flaky
    const dependency = await startDependency({ seed: 1, phaseNow: () => phase })
    onTestFinished(dependency.close)
    const { signal } = new AbortController()
    const ask = (call: number): Promise<unknown> =>
      fetchPrice(dependency.url, { call, attempt: 1, signal }).catch(() => undefined)

    await ask(1)
    phase = phases.find(({ name }) => name === 'down') ?? phase
    await ask(2)

    expect(dependency).toMatchObject({ received: 2, receivedInVain: 1 })
  })
})

describe('schedule', () => {
  it('fits the phases into the time, without gaps', () => {
    const bounds = phases.map(({ fromMs, toMs }) => [fromMs, toMs])

    expect(bounds[0]?.[0]).toBe(0)
    expect(bounds.slice(1).map(([from]) => from)).toEqual(bounds.slice(0, -1).map(([, to]) => to))
    expect(bounds.at(-1)?.[1]).toBeCloseTo(7_000)
  })
})
