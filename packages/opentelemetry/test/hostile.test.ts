import { bulkhead } from '@holdfast/bulkhead'
import { retry } from '@holdfast/retry'
import { rejects, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { logged } from './logged.ts'
import { attempts, measured } from './measured.ts'
import { traced } from './traced.ts'

/** Fails with `error`, and returns the `error.type` of metrics and spans, which must be the same. */
async function errorTypeOf(error: unknown): Promise<unknown> {
  const [telemetry, spans] = [measured(), traced()]
  const policy = retry({ name: 'fails', maxAttempts: 1, budget: false, clock: virtualClock() })
  await expect(policy.run(scripted([rejects(error)]))).rejects.toBe(error)
  const [span] = spans.ended('fails')
  const [attributes] = (await telemetry.of('fails'))['holdfast.call.duration']?.[0] ?? []
  expect(span?.status).toBe('ERROR')
  expect(attributes?.['error.type']).toBe(span?.attributes['error.type'])
  return span?.attributes['error.type']
}

const throwing = {
  get name(): string {
    throw new Error('no name')
  },
  get code(): string {
    throw new Error('no code')
  },
}

describe('the type of an error', () => {
  it.each<[string, unknown, string]>([
    ['its code', Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    ['a code that is a number', Object.assign(new Error('x'), { code: 503 }), '503'],
    ['its name, beside a code that is an object', Object.assign(new RangeError('x'), { code: {} }), 'RangeError'],
    ['its name, beside an empty code', Object.assign(new RangeError('x'), { code: '' }), 'RangeError'],
    ['the word for any other, without name and code', Object.assign(new Error('x'), { name: '' }), '_OTHER'],
    [
      'the word for any other, with a name of control characters',
      Object.assign(new Error('x'), { name: '\u0000\n' }),
      '_OTHER',
    ],
    ['the type of what is no error', 'down', 'string'],
    ['undefined, of nothing', undefined, 'undefined'],
    ['object, of null', null, 'object'],
    ['object, where name and code cannot be read', throwing, 'object'],
    ['a name from the prototype of all objects', Object.assign(new Error('x'), { name: '__proto__' }), '__proto__'],
    [
      'without control characters and line breaks',
      Object.assign(new Error('x'), { code: 'E\n_\u0000A\u2028B' }),
      'E_AB',
    ],
  ])('is %s', async (_what, error, type) => {
    expect(await errorTypeOf(error)).toBe(type)
  })

  it('is cut at 120 characters', async () => {
    expect(await errorTypeOf(Object.assign(new Error('x'), { code: 'E'.repeat(10_000) }))).toBe('E'.repeat(120))
  })
})

describe('the name of a policy', () => {
  it.each(['__proto__', 'constructor', 'with "quotes" and \\', 'ünïcødé 🌊'])('may be %s', async name => {
    const [telemetry, spans, { records }] = [measured(), traced(), logged()]

    const slots = bulkhead({ name, maxConcurrent: 1 })
    const permit = slots.tryAcquire()
    await expect(slots.run(() => 1)).rejects.toThrow()
    permit?.release()

    expect(await telemetry.of(name)).toMatchObject({
      'holdfast.call.attempts': [[{ 'holdfast.outcome': 'error' }, attempts(0)]],
      'holdfast.rejections': [[{ 'holdfast.pipeline.name': name, 'holdfast.rejection.reason': 'full' }, 1]],
      'holdfast.bulkhead.limit': [[{}, 1]],
    })
    expect(spans.tree()).toEqual([name])
    expect(records[0]?.body).toBe(`${name}: rejects calls (full): 1 run, 0 wait`)
  })
})
