import { type AnyPolicy, protect } from '@holdfast/core'
import { describe, expect, it, vi } from 'vitest'
import { repeating, tapping } from './layers.ts'

const down = new Error('down')

describe('protect', () => {
  it('returns a function whose calls run under the policy', async () => {
    const tap = vi.fn()
    const double = protect(tapping(tap), (number: number) => number * 2)

    const answers = [await double(2), await double(21)]

    expect(answers).toEqual([4, 42])
    expect(tap).toHaveBeenCalledTimes(2)
  })

  it('passes all arguments on, and nothing else', async () => {
    const find = vi.fn((...words: string[]) => words.join(' '))
    const protectedFind = protect(
      tapping(() => {}),
      find,
    )

    await protectedFind('a', 'b', 'c')

    expect(find).toHaveBeenCalledExactlyOnceWith('a', 'b', 'c')
  })

  it('passes `this` on', async () => {
    const users = {
      prefix: 'user ',
      find: protect(
        tapping(() => {}),
        function (this: { prefix: string }, id: string) {
          return this.prefix + id
        },
      ),
    }

    const user = await users.find('42')

    expect(user).toBe('user 42')
  })

  it('passes the same arguments to each attempt', async () => {
    const find = vi.fn<(id: string) => Promise<never>>(() => Promise.reject(down))

    await protect(repeating({ times: 2 }), find)('42').catch(() => {})

    expect(find.mock.calls).toEqual([['42'], ['42']])
  })

  it('turns a throw into a rejection', async () => {
    const fails = protect(
      tapping(() => {}),
      () => {
        throw down
      },
    )

    const answer = fails()

    await expect(answer).rejects.toBe(down)
  })

  it.each([
    [
      'what is not a function',
      () => protect(repeating({ times: 1 }), 'find' as unknown as () => void),
      'protect: the second argument must be a function, got "find"',
    ],
    [
      'what is not a policy',
      () => protect({} as unknown as AnyPolicy, () => {}),
      'protect: the first argument must be a policy, got an object',
    ],
  ])('refuses %s at once', (_, misuse, message) => {
    expect(misuse).toThrow(new TypeError(message))
  })
})
