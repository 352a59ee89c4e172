import { keyed, observe } from '@holdfast/core'
import { unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { passing } from './layers.ts'

const fault = new Error('fault')

/** Collects what is reported until the test is over. */
function reports(): { readonly error: unknown; readonly source: string }[] {
  const told: { readonly error: unknown; readonly source: string }[] = []
  onTestFinished(observe({ fault: report => told.push(report) }))
  return told
}

describe('the report of a fault', () => {
  it('names the policy whose listener it was', async () => {
    const told = reports()
    const policy = passing({ name: 'users' })
    policy.subscribe(() => {
      throw fault
    })

    await policy.run(() => 'up')

    expect(told).toEqual([{ error: fault, source: 'a listener of users' }])
  })

  it('names the keyed policy whose listener it was, of an event of a policy inside', async () => {
    const told = reports()
    const policy = keyed({ name: 'per host', by: () => 'key', make: () => passing() })
    policy.subscribe(() => {
      throw fault
    })

    await policy.run(() => 'up')

    expect(told).toEqual([{ error: fault, source: 'a listener of per host' }])
  })

  it('names `around` of an observer, whatever it rejects with', async () => {
    const told = reports()
    onTestFinished(
      observe({
        around: async ({ scope }, next) => {
          await next()
          // oxlint-disable-next-line only-throw-error -- whatever it is
          throw scope === 'call' ? fault : undefined
        },
      }),
    )

    await passing().run(() => 'up')
    await virtualClock().settle()

    expect(told).toEqual([
      { error: undefined, source: 'around of an observer' },
      { error: fault, source: 'around of an observer' },
    ])
  })

  it('names the signal of a caller that will not be unlistened, and changes no outcome', async () => {
    const told = reports()
    const { signal } = new AbortController()
    signal.removeEventListener = () => {
      throw fault
    }

    const answer = await passing().run(() => 'up', { signal })

    expect(answer).toBe('up')
    expect(told).toEqual([{ error: fault, source: 'the signal of the caller' }])
  })

  it('leaves no rejection unhandled of a sink that fails to report', async () => {
    onTestFinished(observe({ fault: () => Promise.reject(new Error('disk full')) as never }))
    const policy = passing()
    policy.subscribe(() => {
      throw fault
    })

    expect(await unhandledRejectionsOf(() => policy.run(() => 'up'))).toEqual([])
  })
})
