import { timeout } from 'holdfast'
import pTimeout from 'p-timeout'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hanging, settled } from './given.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('p-timeout and timeout', () => {
  test('take Infinity as no limit, both', async () => {
    const answered: unknown[] = []
    void settled(pTimeout(hanging(), { milliseconds: Infinity })).then(() => answered.push('theirs'))
    void settled(timeout({ timeoutMs: Infinity }).run(hanging)).then(() => answered.push('ours'))

    await vi.advanceTimersByTimeAsync(2 ** 31)

    expect(answered).toEqual([])
  })

  test('reject for a bad limit, and throw', async () => {
    const theirs = settled(pTimeout(hanging(), { milliseconds: -1 }))

    expect(await theirs).toBeInstanceOf(TypeError)
    expect(() => timeout({ timeoutMs: -1 })).toThrow('timeoutMs')
  })

  test('cancel the input, and abort the signal', async () => {
    const cancel = vi.fn()
    const input = Object.assign(hanging(), { cancel })
    const signals: AbortSignal[] = []
    const ends = [
      settled(pTimeout(input, { milliseconds: 10 })),
      settled(
        timeout({ timeoutMs: 10 }).run(({ signal }) => {
          signals.push(signal)
          return hanging()
        }),
      ),
    ]

    await vi.advanceTimersByTimeAsync(10)
    await Promise.all(ends)

    expect(cancel).toHaveBeenCalledTimes(1)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })
})
