import { closeMidBody, faultServer, hangMidBody, ok, status } from '@holdfast/fault-server'
import { resilientFetch } from '@holdfast/fetch'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { isCollected } from '@holdfast/fixtures/garbage'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { countCollected, virtualClock } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { chunksOf } from './chunks-of.ts'
import { platforms } from './platforms.ts'

describe.each(platforms)('a signal that outlives its calls, by way of $platform', ({ fetch }) => {
  it('has one listener for as long as a body can be read', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp')])
    const { signal } = new AbortController()

    const response = await resilientFetch({ fetch })(`${server.url}/kelp`, { signal })

    expect(abortListeners(signal)).toBe(1)
    expect(await response.text()).toBe('kelp')
    expect(abortListeners(signal)).toBe(0)
  })

  it.each<[string, (response: Response) => Promise<unknown>]>([
    ['has been read as a stream', ({ body }) => chunksOf(body)],
    ['has been cancelled', async ({ body }) => body?.cancel()],
    ['has been cancelled by its reader', async ({ body }) => body?.getReader().cancel()],
    [
      'has been left in the middle',
      async ({ body }) => {
        for await (const _ of body ?? []) break
      },
    ],
    ['has been read, and its copy, too', async response => Promise.all([response.clone().text(), response.text()])],
    [
      'has been cancelled, and its copy, too',
      response => Promise.all([response.clone(), response].map(each => (each.body as ReadableStream).cancel())),
    ],
    ['made no sense', response => response.json()],
  ])('has none once the body %s', async (_, leave) => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp')])
    const { signal } = new AbortController()

    await leave(await resilientFetch({ fetch })(`${server.url}/kelp`, { signal })).catch(() => 'rejected')

    expect(abortListeners(signal)).toBe(0)
  })

  it('has none once the body has broken', async () => {
    await using server = await faultServer()
    server.script('/kelp', [closeMidBody(10)])
    const { signal } = new AbortController()

    const response = await resilientFetch({ fetch })(`${server.url}/kelp`, { signal })
    await response.text().catch(() => 'rejected')

    expect(abortListeners(signal)).toBe(0)
  })

  it('has none once the body was silent for too long', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const { signal } = new AbortController()
    const clock = virtualClock()

    const response = await resilientFetch({ fetch, clock })(`${server.url}/kelp`, { signal })
    const text = response.text().catch(() => 'rejected')
    await clock.runAll()
    await text

    expect(abortListeners(signal)).toBe(0)
  })

  it('has one until the last copy of a body has been read', async () => {
    await using server = await faultServer()
    server.script('/kelp', [ok('kelp')])
    const { signal } = new AbortController()

    const response = await resilientFetch({ fetch })(`${server.url}/kelp`, { signal })
    const copy = response.clone()
    await response.text()
    const listenersBetween = abortListeners(signal)
    await copy.text()

    expect(listenersBetween).toBe(1)
    expect(abortListeners(signal)).toBe(0)
  })

  it.each([
    ['without content', 'GET', status(204)],
    ['that has not been modified', 'GET', status(304)],
    ['to HEAD', 'HEAD', ok('kelp')],
  ])('has none after an answer %s', async (_, method, answer) => {
    await using server = await faultServer()
    server.script('/kelp', [answer])
    const { signal } = new AbortController()

    const response = await resilientFetch({ fetch })(`${server.url}/kelp`, { method, signal })

    expect(abortListeners(signal)).toBe(0)
    expect(response.body).toBeNull()
    expect(await response.text()).toBe('')
  })

  it('has none after an error, nor after answers that were tried again', async () => {
    await using server = await faultServer()
    server.script('/kelp', [status(503, {}, 'kelp'), status(503, {}, 'kelp'), status(404)])
    const { signal } = new AbortController()

    const api = resilientFetch({ fetch, random: () => 0, throwsOnStatus: true })
    await api(`${server.url}/kelp`, { signal, method: 'HEAD' }).catch(() => 'rejected')

    expect(server.requests).toHaveLength(3)
    expect(abortListeners(signal)).toBe(0)
  })

  const same = (response: Response): Response => response

  it.each<[string, (response: Response) => object | undefined, (response: Response) => Response]>([
    ['that nobody has read', same, same],
    ['whose body somebody has looked at', ({ body }) => body ?? undefined, same],
    ['whose reader nobody has used', ({ body }) => body?.getReader(), same],
    ['that is frozen', same, Object.freeze],
  ])('lets go of a response %s', async (_, held, change) => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const { signal } = new AbortController()
    const api = resilientFetch({ fetch: async (input, init) => change(await fetch(input, init)) })

    const isGone = await isCollected(async () => held(await api(`${server.url}/kelp`, { signal })) as object)

    expect(isGone).toBe(true)
    await vi.waitFor(async () => {
      // The platform cancels a body when its response has gone: nothing holds it after that.
      await countCollected([])
      expect(abortListeners(signal)).toBe(0)
    })
  })

  it('still ends a body that is read when nobody holds its response any more', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const caller = new AbortController()
    const api = resilientFetch({ fetch })
    const { body } = await api(`${server.url}/kelp`, { signal: caller.signal })
    const rejection = rejectionOf(chunksOf(body))

    await countCollected([])
    caller.abort('the tide is out')

    expect(await rejection).toBe('the tide is out')
  })
})
