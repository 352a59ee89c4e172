import { HttpStatusError, retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { client, ended, ORIGIN } from './client.ts'
import { answers, fails } from './scripted-fetch.ts'

describe('throwsOnStatus', () => {
  it.each([300, 400, 404, 500, 503])('rejects for %d with its response, unread', async status => {
    const given = new Response('kelp', { status, statusText: 'So It Is' })
    const { api, clock } = client([() => given], { throwsOnStatus: true, retry: false, name: 'catalogue' })

    const rejection = (await rejectionOf(ended(clock, api(ORIGIN)))) as HttpStatusError

    expect(rejection).toBeInstanceOf(HttpStatusError)
    expect(rejection).toBeInstanceOf(Error)
    expect(rejection).toMatchObject({
      name: 'HttpStatusError',
      code: 'ERR_HOLDFAST_HTTP_STATUS',
      message: `catalogue: the answer was ${status} So It Is`,
      status,
    })
    expect(rejection.response).toBe(given)
    expect(await rejection.response.text()).toBe('kelp')
  })

  it('says no more than the status where there is no text for it', async () => {
    const { api, clock } = client([answers(404)], { throwsOnStatus: true })

    expect(await rejectionOf(ended(clock, api(ORIGIN)))).toMatchObject({ message: 'fetch: the answer was 404' })
  })

  it.each([200, 204, 299])('resolves for %d', async status => {
    const { api, clock } = client([answers(status, {}, null)], { throwsOnStatus: true })

    expect((await ended(clock, api(ORIGIN))).status).toBe(status)
  })

  it('rejects after the last attempt, and tells of all', async () => {
    const { api, clock } = client([answers(503), answers(500), answers(502)], { throwsOnStatus: true })

    const rejection = await rejectionOf(ended(clock, api(ORIGIN)))

    expect(rejection).toMatchObject({ status: 502 })
    expect(retryInfo(rejection)).toEqual({ attempts: 3, delaysMs: [100, 200], errors: [], stopped: 'attempts' })
  })

  it('leaves network errors as they are', async () => {
    const error = new Error('no')
    const { api, clock } = client([fails(error)], { throwsOnStatus: true })

    expect(await rejectionOf(ended(clock, api(ORIGIN)))).toBe(error)
  })
})
