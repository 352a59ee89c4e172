import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { rejects, scripted, throws, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { placements } from './placements.ts'

describe.each(placements)('an error through $title', ({ make }) => {
  it('comes at once where a wait for anything better would reach the deadline', async () => {
    const clock = virtualClock()
    const startMs = clock.nowMs()
    const error = new Error('reset')
    const operation = scripted([rejects(error)], { clock })

    const rejection = await rejectionOf(make(clock).run(operation, { timeoutMs: 100 }))

    expect(rejection).toBe(error)
    expect(clock.nowMs()).toBe(startMs)
  })

  it.each([rejects, throws])('is the last one that the operation threw, untouched', async fail => {
    const clock = virtualClock()
    const errors = [Object.freeze(new Error('first')), Object.freeze(new Error('second'))]
    const operation = scripted(
      errors.map(error => fail(error)),
      { clock },
    )

    const rejection = rejectionOf(make(clock).run(operation))
    await clock.runAll()

    const last = errors[operation.calls.length - 1]
    expect(await rejection).toBe(last)
    expect(Reflect.ownKeys(last as Error)).toEqual(Reflect.ownKeys(new Error('untouched')))
  })

  it.each([undefined, null, 'text', 0])('may be anything: %s', async thrown => {
    const clock = virtualClock()

    const rejection = rejectionOf(make(clock).run(scripted([rejects(thrown), rejects(thrown)], { clock })))
    await clock.runAll()

    expect(await rejection).toBe(thrown)
  })
})
