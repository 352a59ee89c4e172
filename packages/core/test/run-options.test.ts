import type { RunOptions } from '@holdfast/core'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { passing } from './layers.ts'

const untouchable = new Error('do not look')

const users = passing({ name: 'users' })
const runWith = (options: unknown): Promise<string> => users.run(() => 'up', options as RunOptions)

describe('the options of run', () => {
  it.each([
    ['null', 'null'],
    ['a number', '5'],
    ['a string', '"signal"'],
  ])('must be an object: %s is not', async (_, shown) => {
    const answer = runWith(JSON.parse(shown))

    await expect(answer).rejects.toThrow(new TypeError(`users: run: options must be an object, got ${shown}`))
  })

  it.each([
    [{ timeout: 5 }, 'unknown option "timeout", expected one of signal, timeoutMs, context, discard'],
    [{ constructor: 5 }, 'unknown option "constructor", expected one of signal, timeoutMs, context, discard'],
    [{ signal: null }, 'signal must be an AbortSignal, got null'],
    [{ signal: new AbortController() }, 'signal must be an AbortSignal, got an object'],
    [{ signal: 'abort' }, 'signal must be an AbortSignal, got "abort"'],
    [{ timeoutMs: null }, 'timeoutMs must be a number of milliseconds above 0, got null'],
    [{ timeoutMs: '5' }, 'timeoutMs must be a number of milliseconds above 0, got "5"'],
    [{ context: null }, 'context must be an object, got null'],
    [{ context: 'tenant' }, 'context must be an object, got "tenant"'],
    [{ discard: null }, 'discard must be a function, got null'],
    [{ discard: {} }, 'discard must be a function, got an object'],
  ])('are checked: %o is of the wrong type', async (options, problem) => {
    const answer = runWith(options)

    await expect(answer).rejects.toThrow(new TypeError(`users: run: ${problem}`))
  })

  it.each([0, -1, Number.NaN, -Infinity])('are checked: a timeoutMs of %d is out of range', async timeoutMs => {
    const answer = runWith({ timeoutMs })

    await expect(answer).rejects.toThrow(
      new RangeError(`users: run: timeoutMs must be a number of milliseconds above 0, got ${timeoutMs}`),
    )
  })

  it('do not call the operation when they are wrong', async () => {
    const operation = vi.fn(() => 'up')

    await users.run(operation, { timeoutMs: 0 }).catch(() => {})

    expect(operation).not.toHaveBeenCalled()
  })

  it('reject with what reading one of them throws', async () => {
    const options = {
      get signal(): AbortSignal {
        throw untouchable
      },
    }

    const answer = runWith(options)

    await expect(answer).rejects.toBe(untouchable)
  })

  it('mean nothing when they are undefined', async () => {
    const answer = runWith({ signal: undefined, timeoutMs: undefined, context: undefined, discard: undefined })

    await expect(answer).resolves.toBe('up')
  })

  it('may be frozen, and are read once', async () => {
    const timeoutMs = vi.fn(() => 50)
    const options = Object.freeze(Object.defineProperty({}, 'timeoutMs', { get: timeoutMs, enumerable: true }))

    await runWith(options)

    expect(timeoutMs).toHaveBeenCalledOnce()
  })

  it('are own properties only', async () => {
    const clock = virtualClock()
    const inherited = Object.create({ timeoutMs: 50, unknown: true }) as RunOptions

    const deadlineMs = await passing({ clock }).run(call => call.deadlineMs, inherited)

    expect(deadlineMs).toBe(Infinity)
  })

  it('are not what somebody wrote on the prototype of all objects', async () => {
    Object.assign(Object.prototype, { timeoutMs: 50 })
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'timeoutMs'))
    const clock = virtualClock()

    const deadlineMs = await passing({ clock }).run(call => call.deadlineMs, {})

    expect(deadlineMs).toBe(Infinity)
  })

  it('may have no prototype', async () => {
    const clock = virtualClock()
    const options = Object.assign(Object.create(null), { timeoutMs: 50 }) as RunOptions

    const remainingMs = await passing({ clock }).run(call => call.remainingMs(), options)

    expect(remainingMs).toBe(50)
  })
})
