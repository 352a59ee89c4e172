import { errorFacts, failureFacts } from '@holdfast/core/kernel'
import { describe, expect, it } from 'vitest'

describe('errorFacts', () => {
  it.each([
    ['an error', new RangeError('at 10.0.0.1'), 'RangeError', undefined],
    ['an error with a code', Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 'Error', 'ECONNRESET'],
    ['an error with a numeric code', Object.assign(new Error('cancelled'), { code: 57_014 }), 'Error', '57014'],
    ['an error with a code that is neither', Object.assign(new Error('odd'), { code: {} }), 'Error', undefined],
    ['an object without a name', { code: 'E_ODD' }, 'object', 'E_ODD'],
    ['a string', 'down', 'string', undefined],
    ['undefined', undefined, 'undefined', undefined],
    ['null', null, 'object', undefined],
  ])('tells name and code of %s, and the error itself', (_, error, errorName, errorCode) => {
    const facts = errorFacts(error)

    expect(facts).toEqual({ error, errorName, errorCode })
  })

  it('bounds and cleans what users may have chosen', () => {
    const facts = errorFacts({ name: `Evil\r\n\u001b[31m${'x'.repeat(1_000)}`, code: '\u0000E' })

    expect(facts.errorName).toMatch(/^Evil\[31mx+$/)
    expect(facts.errorName.length).toBeLessThanOrEqual(120)
    expect(facts.errorCode).toBe('E')
  })

  it('survives an error whose members throw', () => {
    const hostile = new Proxy(new Error('hostile'), {
      get: () => {
        throw new Error('do not look')
      },
    })

    const facts = errorFacts(hostile)

    expect(facts.error).toBe(hostile)
    expect([facts.errorName, facts.errorCode]).toEqual(['object', undefined])
  })
})

describe('failureFacts', () => {
  it('tells of an error what errorFacts does', () => {
    const error = new RangeError('at 10.0.0.1')

    expect(failureFacts({ error })).toEqual({ ...errorFacts(error), isResult: false })
  })

  it('tells of an error that is undefined that it was one', () => {
    expect(failureFacts({ error: undefined })).toMatchObject({ errorName: 'undefined', isResult: false })
  })

  it('tells of a result that was judged a failure that it was one, and keeps the result to itself', () => {
    expect(failureFacts({ result: 'secret' })).toEqual({
      error: undefined,
      errorName: 'result',
      errorCode: undefined,
      isResult: true,
    })
  })
})
