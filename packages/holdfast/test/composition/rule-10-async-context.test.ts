import { AsyncLocalStorage } from 'node:async_hooks'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { placements } from './placements.ts'

describe.each(placements)('an operation behind $title', ({ make }) => {
  it('runs in the async context of its caller, also after a wait', async () => {
    const clock = virtualClock()
    const requests = new AsyncLocalStorage<string>()
    const seen: unknown[] = []

    const rejection = requests.run('request 1', () =>
      rejectionOf(
        make(clock).run(async () => {
          seen.push(requests.getStore())
          await Promise.resolve()
          seen.push(requests.getStore())
          throw new Error('reset')
        }),
      ),
    )
    await requests.run('another request', () => clock.runAll())
    await rejection

    expect(new Set(seen)).toEqual(new Set(['request 1']))
  })

  it('runs in the async context of its caller although another one set it going', async () => {
    const clock = virtualClock()
    const requests = new AsyncLocalStorage<string>()
    const policy = make(clock)
    const seen: unknown[] = []
    const runFor = (request: string): Promise<unknown> =>
      requests.run(request, () =>
        policy
          .run(async () => {
            await Promise.resolve()
            seen.push([request, requests.getStore()])
          })
          .catch(() => 'rejected'),
      )

    await Promise.all([runFor('one'), runFor('other')])

    expect(seen).toContainEqual(['one', 'one'])
    expect(seen).toEqual(seen.map(entry => [(entry as string[])[0], (entry as string[])[0]]))
  })

  it('runs in a trace that names its caller', async () => {
    const clock = virtualClock()
    const policy = make(clock)
    const checkout = async (): Promise<void> => {
      await policy.run(async () => {
        await Promise.resolve()
        throw new Error('reset')
      })
    }

    const rejection = rejectionOf(checkout())
    await clock.runAll()

    expect(((await rejection) as Error).stack).toMatch(/at (async )?checkout /)
  })
})
