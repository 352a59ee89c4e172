import { pipeline } from '@holdfast/core'
import { flaky, rejects, resolves, seededRandom, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'

/** How a hundred calls end. */
async function outcomes(operation: ReturnType<typeof flaky<string>>): Promise<string[]> {
  const ends: string[] = []
  for (let call = 0; call < 100; call++) ends.push(await pipeline().run(operation).catch(String))
  return ends
}

describe('flaky', () => {
  it('fails its share of calls, the same ones for the same seed', async () => {
    const make = (): ReturnType<typeof flaky<string>> =>
      flaky({ failureRate: 0.3, random: seededRandom(1), success: resolves('up'), failure: rejects('down') })

    const [first, second] = [await outcomes(make()), await outcomes(make())]

    expect(first).toEqual(second)
    expect(first.filter(end => end === 'down').length).toBe(first.length - first.filter(end => end === 'up').length)
    expect(first).toContain('down')
    expect(first).toContain('up')
  })

  it('fails a call whose draw is below the rate', async () => {
    const draws = [0, 0.29, 0.3, 0.99]
    const random = (): number => draws.shift() ?? 1
    const operation = flaky({ failureRate: 0.3, random, success: resolves('up'), failure: rejects('down') })

    expect((await outcomes(operation)).slice(0, 4)).toEqual(['down', 'down', 'up', 'up'])
  })

  it.each([
    [0, 'up'],
    [1, 'Error: flaky: call 100 fails'],
  ])('with a rate of %d ends all calls in one way: %s', async (failureRate, last) => {
    const operation = flaky({ failureRate, random: seededRandom(1), success: resolves('up') })

    const ends = await outcomes(operation)

    expect(new Set(ends.map(end => end.replace(/\d+/, 'n'))).size).toBe(1)
    expect(ends.at(-1)).toBe(last)
  })

  it('remembers its calls, on its clock', async () => {
    const clock = virtualClock()
    const success = resolves('up', { afterMs: 20 })
    const operation = flaky({ failureRate: 0, random: seededRandom(1), success, clock })

    const answer = pipeline({ clock }).run(operation)
    expect([operation.calls.length, operation.running]).toEqual([1, 1])
    await clock.advance(20)

    await expect(answer).resolves.toBe('up')
    expect([operation.calls[0]?.atMs, operation.running]).toEqual([10_000, 0])
  })

  it.each([-0.1, 1.1, Number.NaN, Infinity])('refuses a rate of %d', failureRate => {
    expect(() => flaky({ failureRate, random: seededRandom(1), success: resolves('up') })).toThrow(
      new RangeError(`flaky: failureRate must be from 0 to 1, got ${failureRate}`),
    )
  })
})
