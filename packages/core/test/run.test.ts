import type { Operation } from '@holdfast/core'
import { unhandledRejectionsOf } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { passing } from './layers.ts'
import { thenable, untouchable } from './thenables.ts'

const down = new Error('down')
const broken = new Error('broken')

describe('run', () => {
  it('answers with what the promise of the operation resolves with', async () => {
    const operation = vi.fn(async () => 'up')

    const answer = await passing().run(operation)

    expect(answer).toBe('up')
    expect(operation).toHaveBeenCalledOnce()
  })

  it('answers with a plain value', async () => {
    const answer = passing().run(() => 42)

    await expect(answer).resolves.toBe(42)
  })

  it('calls the operation at once', () => {
    const operation = vi.fn(() => 'up')

    void passing().run(operation)

    expect(operation).toHaveBeenCalledOnce()
  })

  it('rejects with the same error that the operation rejects with, which is left as it was', async () => {
    const error = new Error('frozen')
    Object.freeze(error)

    const answer = passing().run(async () => {
      throw error
    })

    await expect(answer).rejects.toBe(error)
  })

  it('rejects with what the operation throws before there is a promise', async () => {
    const answer = passing().run(() => {
      throw 'no error object' as unknown
    })

    await expect(answer).rejects.toBe('no error object')
  })

  it('works detached', async () => {
    const { run } = passing()

    const answer = await run(() => 'up')

    expect(answer).toBe('up')
  })

  it.each([
    ['undefined', undefined],
    ['"up"', 'up'],
    ['an object', {}],
  ])('rejects when it is given %s in place of a function', async (shown, operation) => {
    const answer = passing({ name: 'users' }).run(operation as unknown as Operation<unknown>)

    await expect(answer).rejects.toThrow(new TypeError(`users: run takes a function, got ${shown}`))
  })
})

describe('run, given a thenable', () => {
  it('answers with what it resolves with', async () => {
    const answer = passing().run(() => thenable(resolve => queueMicrotask(() => resolve('up'))))

    await expect(answer).resolves.toBe('up')
  })

  it('rejects with what it rejects with', async () => {
    const answer = passing().run(() => thenable((_, reject) => reject(down)))

    await expect(answer).rejects.toBe(down)
  })

  it('takes the first word of one that settles twice', async () => {
    const answer = passing().run(() =>
      thenable((resolve, reject) => {
        resolve('first')
        reject('second')
        throw new Error('third')
      }),
    )

    await expect(answer).resolves.toBe('first')
  })

  it('rejects with what its `then` throws', async () => {
    const answer = passing().run(() =>
      thenable(() => {
        throw broken
      }),
    )

    await expect(answer).rejects.toBe(broken)
  })

  it('rejects with what reading its `then` throws', async () => {
    const error = new Error('do not look')

    const answer = passing().run(() => untouchable(error))

    await expect(answer).rejects.toBe(error)
  })

  it('answers a caller that aborts although the thenable never settles', async () => {
    const controller = new AbortController()

    const answer = passing().run(() => thenable(() => {}), { signal: controller.signal })
    controller.abort('enough')

    await expect(answer).rejects.toBe('enough')
  })

  it('leaves no rejection unhandled when it settles in every way at once', async () => {
    const hostile = thenable((resolve, reject) => {
      reject('first')
      resolve('second')
      throw new Error('third')
    })

    const unhandled = await unhandledRejectionsOf(() =>
      passing()
        .run(() => hostile)
        .catch(() => {}),
    )

    expect(unhandled).toEqual([])
  })
})
