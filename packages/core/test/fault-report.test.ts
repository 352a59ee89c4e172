import { observe } from '@holdfast/core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { telling } from './layers.ts'

const broken = new Error('broken')

const SECOND = 1_000
let nowMs = 0

/** What the console gets while the test runs, at a time that no test before it has reached. */
function watchConsole(): { reported: unknown[][]; wait: (ms: number) => void; fail: (error: unknown) => void } {
  nowMs += 100 * SECOND
  const now = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  const reported: unknown[][] = []
  const output = vi.spyOn(console, 'error').mockImplementation((...line) => reported.push(line))
  onTestFinished(() => {
    now.mockRestore()
    output.mockRestore()
  })
  const policy = telling({ name: 'users' })
  policy.subscribe(({ word }) => {
    throw word as unknown
  })
  const wait = (ms: number): void => {
    nowMs += ms
  }
  return { reported, wait, fail: error => policy.tell(error as string) }
}

describe('what a listener throws', () => {
  it('is on the console when nobody else wants it', () => {
    const { reported, fail } = watchConsole()

    fail('broken')

    expect(reported).toEqual([['holdfast: a listener of users failed:', 'broken']])
  })

  it('is there once a second at most', () => {
    const { reported, wait, fail } = watchConsole()

    fail('first')
    wait(SECOND - 1)
    fail('second')
    wait(1)
    fail('third')

    expect(reported.map(([, error]) => error)).toEqual(['first', 'third'])
  })

  it('is counted in between', () => {
    const { reported, wait, fail } = watchConsole()

    for (let time = 0; time < 100; time++) fail('again')
    wait(SECOND)
    fail('last')
    wait(SECOND)
    fail('really last')

    expect(reported).toEqual([
      ['holdfast: a listener of users failed:', 'again'],
      ['holdfast: a listener of users failed (and 99 more since the last report):', 'last'],
      ['holdfast: a listener of users failed:', 'really last'],
    ])
  })

  it('is there again when the clock has gone back', () => {
    const { reported, wait, fail } = watchConsole()

    fail('before')
    wait(-10 * SECOND)
    fail('after')

    expect(reported.map(([, error]) => error)).toEqual(['before', 'after'])
  })

  it('goes to the `fault` of each observer in place of the console', () => {
    const { reported, fail } = watchConsole()
    const [first, second] = [vi.fn(), vi.fn()]
    onTestFinished(observe({ fault: first }))
    onTestFinished(observe({ fault: second }))

    fail('broken')
    fail('again')

    expect(first.mock.calls).toEqual([
      [{ error: 'broken', source: 'a listener of users' }],
      [{ error: 'again', source: 'a listener of users' }],
    ])
    expect(second).toHaveBeenCalledTimes(2)
    expect(reported).toEqual([])
  })

  it('is on the console although there are observers when none of them has a `fault`', () => {
    const { reported, fail } = watchConsole()
    onTestFinished(observe({ event: () => {} }))

    fail('broken')

    expect(reported).toHaveLength(1)
  })

  it('goes nowhere else when a `fault` throws', () => {
    const { reported, fail } = watchConsole()
    const other = vi.fn()
    onTestFinished(
      observe({
        fault: () => {
          throw new Error('full disk')
        },
      }),
    )
    onTestFinished(observe({ fault: other }))

    fail('broken')

    expect(other).toHaveBeenCalledOnce()
    expect(reported).toEqual([])
  })
})

describe('what an observer throws', () => {
  it('is reported like that of a listener, and other observers still hear the event', () => {
    const { reported } = watchConsole()
    const other = vi.fn()
    onTestFinished(
      observe({
        event: () => {
          throw broken
        },
      }),
    )
    onTestFinished(observe({ event: other }))

    telling().tell('on')

    expect(reported).toEqual([['holdfast: an observer failed:', broken]])
    expect(other).toHaveBeenCalledOnce()
  })
})

describe('a console that throws', () => {
  it('does not end the telling of events', () => {
    const { fail } = watchConsole()
    vi.spyOn(console, 'error').mockImplementation(() => {
      throw new Error('closed pipe')
    })
    const policy = telling()
    const listener = vi.fn()
    policy.subscribe(listener)

    expect(() => fail('broken')).not.toThrow()
    policy.tell('on')

    expect(listener).toHaveBeenCalledOnce()
  })
})
