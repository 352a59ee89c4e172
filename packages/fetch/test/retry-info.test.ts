import { retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN } from './client.ts'
import { reset } from './network-errors.ts'
import { answers, fails } from './scripted-fetch.ts'

describe('retryInfo', () => {
  it.each([undefined, null, 'text', 7, {}, new Response(), new Error('no')])('knows nothing of %s', value => {
    expect(retryInfo(value)).toBeUndefined()
  })

  it('knows nothing of a response that came at once', async () => {
    const { api, clock } = client([answers(200), answers(404)])

    expect(retryInfo(await ended(clock, api(ORIGIN)))).toBeUndefined()
    expect(retryInfo(await ended(clock, api(ORIGIN)))).toBeUndefined()
  })

  it('knows of the errors that came before a response', async () => {
    const error = reset()
    const { api, clock } = client([fails(error), answers(503), answers(200)])

    const response = await ended(clock, api(ORIGIN))

    expect(retryInfo(response)).toEqual({ attempts: 3, delaysMs: [0, 200], errors: [error], stopped: 'succeeded' })
  })

  it.each([
    ['unhandled', [fails(new Error('no'))], {}, {}],
    ['attempts', [fails(reset())], { retry: { maxAttempts: 1 } }, {}],
    ['deadline', [fails(reset()), fails(reset())], {}, { deadline: { remainingMs: () => 100 } }],
    [
      'budget',
      [fails(reset())],
      { retry: { budget: { remaining: () => 0, deposit: () => {}, withdraw: () => false } } },
      {},
    ],
  ] as const)('says why an error was the last: %s', async (stopped, turns, options, init) => {
    const { api, clock } = client(turns, options)

    const rejection = await rejectionOf(ended(clock, api(ORIGIN, init)))

    expect(retryInfo(rejection)?.stopped).toBe(stopped)
  })

  it('says that attempts were at their end, and not that the body was, where both is so', async () => {
    const stream = new Blob(['kelp']).stream()
    const { api } = client([answers(503)], { retry: { maxAttempts: 1 } })

    const response = await api(ORIGIN, { method: 'PUT', body: stream })

    expect(retryInfo(response)?.stopped).not.toBe('body')
  })
})
