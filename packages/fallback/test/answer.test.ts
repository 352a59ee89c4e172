import { fallback } from '@holdfast/fallback'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { Thenable } from '@holdfast/fixtures/thenable'
import { rejects, resolves, returns, scripted, throws, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import type { FallbackFacts } from './fallback-facts.ts'

describe('fallback', () => {
  it('stands aside when the operation succeeds', async () => {
    const clock = virtualClock()
    let asked = 0

    const answer = await fallback({ clock, to: () => asked++ }).run(scripted([resolves('product')], { clock }))

    expect(answer).toBe('product')
    expect(asked).toBe(0)
  })

  it('passes a falsy result on as it is', async () => {
    const policy = fallback({ to: () => 'instead' })

    expect([await policy.run(() => undefined), await policy.run(() => 0)]).toEqual([undefined, 0])
  })

  it.each([rejects(new Error('reset')), throws(new Error('at once'))])(
    'answers with a value when the operation fails: %o',
    async step => {
      const clock = virtualClock()

      const answer = await fallback({ clock, to: () => 'instead' }).run(scripted([step], { clock }))

      expect(answer).toBe('instead')
    },
  )

  it('answers with what a promise brings', async () => {
    const clock = virtualClock()
    const second = scripted([resolves('from the second source', { afterMs: 50 })], { clock })

    const answer = fallback({ clock, to: ({ call }) => second(call) }).run(
      scripted([rejects(new Error('reset'))], { clock }),
    )
    await clock.advance(50)

    expect(await answer).toBe('from the second source')
  })

  it('follows a thenable that is no promise', async () => {
    const clock = virtualClock()
    const policy = fallback({ clock, to: () => new Thenable('from a thenable') })

    expect(await policy.run(scripted([rejects(new Error('reset'))], { clock }))).toBe('from a thenable')
  })

  it('tells what failed: the error, the attempt and the call', async () => {
    const clock = virtualClock()
    const error = new Error('reset')
    const context = { tenant: 'north' }
    const told: FallbackFacts[] = []

    await fallback({ clock, to: failed => told.push(failed) }).run(scripted([rejects(error)], { clock }), { context })

    expect(told).toHaveLength(1)
    expect(told[0]?.error).toBe(error)
    expect(told[0]).toMatchObject({ result: undefined, attempt: 1 })
    expect(told[0]?.call.context).toBe(context)
  })

  it('rejects with what it throws itself, untouched', async () => {
    const clock = virtualClock()
    const own = new Error('no stale copy either')
    Object.freeze(own)
    const policy = fallback({
      clock,
      to: () => {
        throw own
      },
    })

    const rejection = await rejectionOf(policy.run(scripted([rejects(new Error('reset'))], { clock })))

    expect(rejection).toBe(own)
    expect(new Set(Reflect.ownKeys(own))).toEqual(new Set(['message', 'stack']))
  })

  it('rejects with what its promise rejects with, untouched', async () => {
    const clock = virtualClock()
    const own = new Error('no stale copy either')
    const policy = fallback({ clock, to: () => Promise.reject(own) })

    const rejection = await rejectionOf(policy.run(scripted([rejects(new Error('reset'))], { clock })))

    expect(rejection).toBe(own)
  })

  it('may throw on what it was told', async () => {
    const clock = virtualClock()
    const error = new Error('reset')
    const policy = fallback({ clock, to: failed => Promise.reject(failed.error) })

    expect(await rejectionOf(policy.run(scripted([rejects(error)], { clock })))).toBe(error)
  })

  it('works detached from its policy', async () => {
    const { run } = fallback({ to: () => 'instead' })

    expect(await run(() => Promise.reject(new Error('reset')))).toBe('instead')
  })

  it('answers nothing while it is not enabled', async () => {
    const clock = virtualClock()
    const error = new Error('reset')
    const policy = fallback({ clock, to: () => 'instead', enabled: () => false })

    expect(await rejectionOf(policy.run(scripted([rejects(error)], { clock })))).toBe(error)
  })

  it('answers a plain value of the operation at once', async () => {
    const clock = virtualClock()

    expect(await fallback({ clock, to: () => 'instead' }).run(scripted([returns('plain')], { clock }))).toBe('plain')
  })
})
