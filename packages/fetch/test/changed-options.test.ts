import { describe, expect, it } from 'vitest'
import { ORIGIN, promptClient } from './client.ts'
import { answers, type Turn } from './scripted-fetch.ts'

describe('what the caller changes while attempts go on', () => {
  it.each<[string, () => Headers | Record<string, string>]>([
    ['Headers', () => new Headers({ 'x-tank': '7' })],
    ['a plain object', () => ({ 'x-tank': '7' })],
  ])('does not change the headers of the next attempt: %s', async (_, make) => {
    const headers = make()
    const change: Turn = sent => {
      if (headers instanceof Headers) headers.set('x-tank', '8')
      else headers['x-tank'] = '8'
      return answers(503)(sent)
    }
    const { api, fetch } = promptClient([change, answers(200)])

    await api(`${ORIGIN}/kelp`, { headers })

    expect(fetch.sent.map(({ request }) => request.headers.get('x-tank'))).toEqual(['7', '7'])
  })

  it('does not change the address of the next attempt', async () => {
    const url = new URL(`${ORIGIN}/kelp`)
    const change: Turn = sent => {
      url.pathname = '/wrack'
      return answers(503)(sent)
    }
    const { api, fetch } = promptClient([change, answers(200)])

    await api(url)

    expect(fetch.sent.map(({ request }) => request.url)).toEqual([`${ORIGIN}/kelp`, `${ORIGIN}/kelp`])
  })

  it('does not change the method of the next attempt', async () => {
    const init = { method: 'PUT' }
    const change: Turn = sent => {
      init.method = 'DELETE'
      return answers(503)(sent)
    }
    const { api, fetch } = promptClient([change, answers(200)])

    await api(`${ORIGIN}/kelp`, init)

    expect(fetch.sent.map(({ request }) => request.method)).toEqual(['PUT', 'PUT'])
  })
})
