import { type FallbackOptions, fallback } from '@holdfast/fallback'
import { describe, expect, it } from 'vitest'

const to = (): string => 'instead'

describe('options of fallback', () => {
  it.each([
    [{}, new TypeError('fallback: to must be a function, got undefined')],
    [undefined, new TypeError('fallback: to must be a function, got undefined')],
    [{ to: 'instead' }, new TypeError('fallback: to must be a function, got "instead"')],
    [{ to, handles: true }, new TypeError('fallback: handles must be a function, got true')],
    [{ to, handles: null }, new TypeError('fallback: handles must be a function, got null')],
    [{ to, handlesResult: 5 }, new TypeError('fallback: handlesResult must be a function, got 5')],
    [{ to, name: '' }, new RangeError('fallback: name must be a string that is not empty, got ""')],
    [{ to: 1, name: 'prices' }, new TypeError('fallback "prices": to must be a function, got 1')],
    [
      { to, value: 1 },
      new TypeError(
        'fallback: unknown option "value", expected one of to, handles, handlesResult, name, clock, enabled',
      ),
    ],
    [to, new TypeError('fallback: options must be an object, got a function')],
  ])('throw when they make no sense: %o', (options, error) => {
    expect(() => fallback(options as FallbackOptions<string>)).toThrow(error)
  })

  it('may be undefined, all but to', () => {
    const options = { to, handles: undefined, name: undefined, clock: undefined, enabled: undefined }

    expect(fallback(options)).toMatchObject({ name: 'fallback', kind: 'fallback' })
  })
})
