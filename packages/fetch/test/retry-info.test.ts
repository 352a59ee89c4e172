import { retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN, promptClient } from './client.ts'
import { refused, reset } from './network-errors.ts'
import { answers, fails, reads } from './scripted-fetch.ts'

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

  it('knows nothing of what is no object, which no body can have stopped', async () => {
    const { api } = promptClient([reads(fails('down'))], { retry: { handles: () => true } })

    const rejection = await rejectionOf(api(ORIGIN, { method: 'PUT', body: new Blob(['kelp']).stream() }))

    expect([rejection, retryInfo(rejection)]).toEqual(['down', undefined])
  })

  it.each([
    ['the first', [reads(answers(503))], 1],
    ['the last', [fails(refused()), fails(refused()), reads(answers(503))], 3],
  ])(
    'says that attempts were at their end, and not that the body was, where both is so: %s',
    async (_, turns, attempts) => {
      const { api } = promptClient(turns, { retry: { maxAttempts: attempts } })

      const response = await api(ORIGIN, { method: 'PUT', body: new Blob(['kelp']).stream() })

      expect(retryInfo(response)).toMatchObject({ attempts, stopped: 'attempts' })
    },
  )
})
