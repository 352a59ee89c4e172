import { TimeoutError } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { constant, type FailedAttempt, permanent, permanentBrand, retry } from '@holdfast/retry'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { errors, failing } from './failures.ts'

const backoff = constant({ delayMs: 100, jitter: 'none' })

describe('handles', () => {
  it('says which errors are retried', async () => {
    const clock = virtualClock()
    const refused = new RangeError('no such product')
    const operation = failing(clock, [new TypeError('fetch failed'), refused])

    const rejection = rejectionOf(
      retry({ clock, backoff, handles: ({ error }) => error instanceof TypeError }).run(operation),
    )
    await clock.runAll()

    expect(await rejection).toBe(refused)
    expect(operation.calls).toHaveLength(2)
  })

  it('is told the error, the attempt and the call', async () => {
    const clock = virtualClock()
    const told: FailedAttempt[] = []
    const failures = errors(2)
    const context = { tenant: 'north' }
    const handles = (failed: FailedAttempt): boolean => {
      told.push(failed)
      return true
    }

    const answer = retry({ clock, backoff, handles }).run(failing(clock, failures, 'product'), { context })
    await clock.runAll()
    await answer

    expect(told.map(({ error, result, attempt }) => ({ error, result, attempt }))).toEqual([
      { error: failures[0], result: undefined, attempt: 1 },
      { error: failures[1], result: undefined, attempt: 2 },
    ])
    expect(told.map(({ call }) => call.context)).toEqual([context, context])
  })

  it('that throws rejects the run with what it threw', async () => {
    const clock = virtualClock()
    const fault = new Error('fault of the predicate')
    const handles = (): boolean => {
      throw fault
    }

    const rejection = await rejectionOf(retry({ clock, backoff, handles }).run(failing(clock, errors(1))))

    expect(rejection).toBe(fault)
    expect(clock.pendingTimers).toBe(0)
  })

  it('that throws about a later attempt rejects the run with what it threw', async () => {
    const clock = virtualClock()
    const fault = new Error('fault of the predicate')
    const handles = ({ attempt }: FailedAttempt): boolean => {
      if (attempt === 2) throw fault
      return true
    }

    const rejection = rejectionOf(retry({ clock, backoff, handles }).run(failing(clock, errors(2))))
    await clock.runAll()

    expect(await rejection).toBe(fault)
  })

  it('that returns a promise rejects the run: a promise would always be true', async () => {
    const clock = virtualClock()
    const handles = (async () => false) as unknown as () => boolean
    const operation = failing(clock, errors(1))

    const rejection = await rejectionOf(retry({ clock, backoff, handles, name: 'orders' }).run(operation))

    expect(rejection).toEqual(new TypeError('orders: handles must decide at once, got a promise'))
    expect(operation.calls).toHaveLength(1)
  })

  it('is asked about the timeouts of layers inside like about any other error', async () => {
    const clock = virtualClock()
    const operation = failing(clock, [new TimeoutError('attempt', 800)], 'product')

    const answer = retry({ clock, backoff }).run(operation)
    await clock.runAll()

    expect(await answer).toBe('product')
  })
})

describe('permanent', () => {
  it('marks an error that is not retried, whatever handles says', async () => {
    const clock = virtualClock()
    const error = new Error('no such product')
    const operation = failing(clock, [permanent(error)])

    const rejection = await rejectionOf(retry({ clock, backoff, handles: () => true }).run(operation))

    expect(rejection).toBe(error)
    expect(operation.calls).toHaveLength(1)
  })

  it('returns the error that it was given, and does not write on it', () => {
    const error = Object.freeze(new Error('no such product'))

    expect(permanent(error)).toBe(error)
    expect(new Set(Reflect.ownKeys(error))).toEqual(new Set(['message', 'stack']))
  })

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', '"text"'],
    [404, '404'],
  ])('throws a TypeError for what is no object: %s', (value, shown) => {
    expect(() => permanent(value as unknown as object)).toThrow(new TypeError(`permanent takes an error, got ${shown}`))
  })

  it.each([
    undefined,
    null,
    'text',
    404,
    Object.defineProperty(new Error('hostile'), permanentBrand, {
      get: () => {
        throw new Error('do not look at me')
      },
    }),
  ])('is not what was not marked: %s', async error => {
    const clock = virtualClock()

    const answer = retry({ clock, backoff }).run(failing(clock, [error], 'product'))
    await clock.runAll()

    expect(await answer).toBe('product')
  })

  it('has a brand for libraries that do not depend on this one', async () => {
    class NoSuchProduct extends Error {
      readonly [permanentBrand] = true
    }
    const clock = virtualClock()
    const error = new NoSuchProduct()
    const branded = Object.assign(new Error('404'), { [Symbol.for('holdfast.permanent')]: true })
    const policy = retry({ clock, backoff })

    expect(await rejectionOf(policy.run(failing(clock, [error])))).toBe(error)
    expect(await rejectionOf(policy.run(failing(clock, [branded])))).toBe(branded)
  })

  it('is only what is branded with true', async () => {
    const clock = virtualClock()
    const error = Object.assign(new Error('reset'), { [permanentBrand]: 'no' })

    const answer = retry({ clock, backoff }).run(failing(clock, [error], 'product'))
    await clock.runAll()

    expect(await answer).toBe('product')
  })

  it('is not what throws when it is asked for its brand', async () => {
    const clock = virtualClock()
    const error = new Proxy(new Error('hostile'), {
      get: () => {
        throw new Error('fault of an accessor')
      },
    })

    const answer = retry({ clock, backoff }).run(failing(clock, [error], 'product'))
    await clock.runAll()

    expect(await answer).toBe('product')
  })
})
