import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, retry, retryInfo } from '@holdfast/retry'
import { rejects, scripted, throws, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('traps of retry: the error', () => {
  it('is the last one itself: neither wrapped nor written on', async () => {
    const clock = virtualClock()
    const first = Object.freeze(new Error('first'))
    const last = Object.freeze(new TypeError('last'))
    const operation = failing(clock, [first, last])

    const rejection = rejectionOf(retry({ clock, backoff, maxAttempts: 2 }).run(operation))
    await clock.runAll()

    expect(await rejection).toBe(last)
    expect(new Set(Reflect.ownKeys(last))).toEqual(new Set(['message', 'stack']))
  })

  it.each([rejects, throws])('keeps its stack, message and cause', async fail => {
    const clock = virtualClock()
    const error = new Error('reset', { cause: 'a cable' })
    const { stack } = error

    const rejection = rejectionOf(
      retry({ clock, backoff, maxAttempts: 2 }).run(scripted([fail(error), fail(error)], { clock })),
    )
    await clock.runAll()

    expect(await rejection).toBe(error)
    expect([error.stack, error.message, error.cause]).toEqual([stack, 'reset', 'a cable'])
  })

  it('is not touched: no member of it is written, added or removed', async () => {
    const clock = virtualClock()
    const touched: string[] = []
    const note = (how: string) => () => {
      touched.push(how)
      return true
    }
    const error = new Proxy(new Error('reset'), {
      set: note('set'),
      defineProperty: note('define'),
      deleteProperty: note('delete'),
      setPrototypeOf: note('prototype'),
      preventExtensions: note('freeze'),
    })

    const rejection = rejectionOf(retry({ clock, backoff, maxAttempts: 2 }).run(failing(clock, [error, error])))
    await clock.runAll()

    expect(await rejection).toBe(error)
    expect(touched).toEqual([])
  })

  it('tells what the retry went through although it is frozen', async () => {
    const clock = virtualClock()
    const [first, last] = errors(2).map(error => Object.freeze(error)) as [Error, Error]

    const rejection = rejectionOf(retry({ clock, backoff, maxAttempts: 2 }).run(failing(clock, [first, last])))
    await clock.runAll()

    expect(retryInfo(await rejection)).toMatchObject({ attempts: 2, errors: [first, last], stopped: 'attempts' })
  })
})
