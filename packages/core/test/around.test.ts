import { AsyncLocalStorage } from 'node:async_hooks'
import { type AttemptSettled, type Bracket, type Observer, observe, pipeline } from '@holdfast/core'
import { rejects, resolves, scripted, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { passing, repeating } from './layers.ts'

const down = new Error('down')
const broken = new Error('broken')

type Around = NonNullable<Observer['around']>

/** Observes while the test runs; what `around` does wrong is collected. */
function bracket(around: Around): unknown[] {
  const faults: unknown[] = []
  onTestFinished(observe({ around, fault: ({ error }) => faults.push(error) }))
  return faults
}

describe('around', () => {
  it('brackets the call and each of its attempts', async () => {
    const log: string[] = []
    bracket(async ({ scope, attempt }, next) => {
      log.push(`${scope} ${attempt} begins`)
      await next().catch(() => {})
      log.push(`${scope} ${attempt} ends`)
    })

    await pipeline(repeating({ times: 2 }), passing()).run(scripted([rejects('down'), resolves('up')]))
    await virtualClock().settle()

    expect(log.toSorted()).toEqual([
      'attempt 1 begins',
      'attempt 1 ends',
      'attempt 2 begins',
      'attempt 2 ends',
      'call 1 begins',
      'call 1 ends',
    ])
    expect(log.slice(0, 2)).toEqual(['call 1 begins', 'attempt 1 begins'])
    expect(log.indexOf('attempt 1 ends')).toBeLessThan(log.indexOf('call 1 ends'))
    expect(log.indexOf('attempt 2 begins')).toBeLessThan(log.indexOf('attempt 2 ends'))
    expect(log.indexOf('attempt 2 ends')).toBeLessThan(log.indexOf('call 1 ends'))
  })

  it('is told what it brackets', async () => {
    const brackets: Bracket[] = []
    bracket((one, next) => {
      brackets.push(one)
      return next()
    })

    await pipeline(passing(), { name: 'catalogue' }).run(() => 'up')

    const [first, second] = brackets
    const bracketed = { policy: { name: 'catalogue', kind: 'pipeline' }, callId: first?.callId, attempt: 1 }
    expect(brackets).toEqual([
      { scope: 'call', ...bracketed },
      { scope: 'attempt', ...bracketed, attemptId: second?.attemptId },
    ])
    expect(first?.callId).toBeTypeOf('number')
    expect(first?.attemptId).toBeUndefined()
  })

  it('is told the id that the events of the attempt have, which no other has', async () => {
    const told: unknown[] = []
    onTestFinished(
      observe({
        event: event => {
          if (event.type.startsWith('attempt.')) told.push((event as AttemptSettled).attemptId)
        },
        around: ({ attemptId }, next) => {
          if (attemptId !== undefined) told.push(attemptId)
          return next()
        },
      }),
    )

    await passing().run(() => 'up')
    await passing().run(() => 'up')

    const [first, , , second] = told
    expect(told).toEqual([first, first, first, second, second, second])
    expect(second).not.toBe(first)
  })

  it('that hands the work back leaves the caller in the stack of an error', async () => {
    bracket((_, next) => next())
    const placeOrder = async (): Promise<unknown> => {
      const answer = await passing().run(async () => {
        await Promise.resolve()
        throw new Error('down')
      })
      return answer
    }

    const error = await placeOrder().catch((thrown: unknown) => thrown)

    expect((error as Error).stack).toContain('placeOrder')
  })

  it('can activate a context, which the operation finds, also after an await', async () => {
    const storage = new AsyncLocalStorage<string>()
    bracket(({ scope }, next) => storage.run(`${storage.getStore() ?? 'caller'} > ${scope}`, next))

    const seen = await passing().run(async () => {
      const before = storage.getStore()
      await Promise.resolve()
      return [before, storage.getStore()]
    })

    expect(seen).toEqual(['caller > call > attempt', 'caller > call > attempt'])
    expect(storage.getStore()).toBeUndefined()
  })

  it('nests: the observer that came first is outermost', async () => {
    const log: string[] = []
    for (const name of ['first', 'second']) {
      bracket(({ scope }, next) => {
        log.push(`${name} ${scope}`)
        return next()
      })
    }

    await passing().run(() => log.push('operation'))

    expect(log).toEqual(['first call', 'second call', 'first attempt', 'second attempt', 'operation'])
  })

  it('leaves other observers without it alone', async () => {
    onTestFinished(observe({ event: () => {} }))
    const around = vi.fn<Around>((_, next) => next())
    bracket(around)

    const answer = await passing().run(() => 'up')

    expect(answer).toBe('up')
    expect(around).toHaveBeenCalledTimes(2)
  })

  it.each<[string, Around, unknown[]]>([
    ['does not call `next`', () => {}, []],
    [
      'calls `next` twice',
      (_, next) => {
        void next()
        return next()
      },
      [],
    ],
    [
      'throws before it calls `next`',
      () => {
        throw broken
      },
      [broken, broken],
    ],
    [
      'throws after it called `next`',
      (_, next) => {
        void next()
        throw broken
      },
      [broken, broken],
    ],
    ['rejects', () => Promise.reject(broken), [broken, broken]],
    ['calls `next` too late', (_, next) => Promise.resolve().then(next), []],
    ['answers with something else', () => 'mine', []],
  ])('changes no outcome when it %s, and the operation is called once', async (_, around, expected) => {
    const faults = bracket(around)
    const operation = vi.fn(() => 'up')

    const answer = await passing().run(operation)
    await virtualClock().settle()

    expect(answer).toBe('up')
    expect(operation).toHaveBeenCalledOnce()
    expect(faults).toEqual(expected)
  })

  it.each<[string, Around]>([
    ['returns what `next` returns', (_, next) => next()],
    [
      'awaits it',
      async (_, next) => {
        await next()
      },
    ],
    [
      'ends its span in `finally`',
      async (_, next) => {
        try {
          return await next()
        } finally {
          await Promise.resolve()
        }
      },
    ],
  ])('is not blamed for the error of the operation when it %s', async (_, around) => {
    const faults = bracket(around)

    const unhandled = await unhandledRejectionsOf(() =>
      passing()
        .run(() => Promise.reject(down))
        .catch(() => {}),
    )

    expect(faults).toEqual([])
    expect(unhandled).toEqual([])
  })

  it('is blamed for an error of its own, also when the operation fails', async () => {
    const faults = bracket(async ({ scope }, next) => {
      await next().catch(() => {})
      throw new Error(`broken ${scope}`)
    })

    await expect(passing().run(() => Promise.reject(down))).rejects.toBe(down)
    await virtualClock().settle()

    expect(faults).toEqual([new Error('broken attempt'), new Error('broken call')])
  })

  it('gets the rejection of a call that had been aborted before', async () => {
    const seen: unknown[] = []
    bracket((_, next) => next().catch((error: unknown) => seen.push(error)))

    const answer = passing().run(() => 'up', { signal: AbortSignal.abort('enough') })

    await expect(answer).rejects.toBe('enough')
    expect(seen).toEqual(['enough'])
  })
})
