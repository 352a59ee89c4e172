import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { limiting, passing } from './layers.ts'

/** A promise with a `then` of its own, as instrumentation makes them. */
function tampered<T>(then: (resolve: (value: T) => void) => void): Promise<T> {
  // oxlint-disable-next-line unicorn/no-thenable -- that is what it is for
  return Object.assign(Promise.resolve(), { then }) as unknown as Promise<T>
}

describe('a promise with a `then` of its own', () => {
  it('is followed like a thenable', async () => {
    const answer = await passing().run(() => tampered<string>(resolve => resolve('up')))

    expect(answer).toBe('up')
  })

  it('rejects the run with what its `then` throws, and leaves no timer', async () => {
    const clock = virtualClock()
    const fault = new Error('not now')
    const operation = (): Promise<string> =>
      tampered(() => {
        throw fault
      })

    const rejection = await rejectionOf(limiting({ clock, limitMs: 100 }).run(operation))

    expect(rejection).toBe(fault)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is the very promise that the policies pass on where it has none', async () => {
    const work = Promise.resolve('up')

    expect(passing().run(() => work)).toBe(work)
    await work
  })
})
