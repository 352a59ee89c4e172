import { afterReading, faultServer, hangBeforeHeaders, ok } from '@holdfast/fault-server'
import { type ResilientInit, resilientFetch, retryInfo } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { platforms } from './platforms.ts'
import { watchedStream } from './watched-stream.ts'

const REFUSING = 'http://127.0.0.1:2'

const post = (body: ResilientInit['body']): ResilientInit => ({ method: 'POST', body })

describe.each(platforms)('a stream that is a body, by way of $platform', ({ fetch, Request }) => {
  it('is cancelled when no attempt could be made with it: nothing answers', async () => {
    const { body, cancelled } = watchedStream('kelp')

    const error = await rejectionOf(resilientFetch({ fetch, random: () => 0 })(REFUSING, post(body)))

    expect(retryInfo(error)).toMatchObject({ attempts: 3, stopped: 'attempts' })
    expect(await cancelled).toBe(error)
  })

  it('is cancelled when it is that of a Request of more than can be kept, and nothing answers', async () => {
    const { body, cancelled } = watchedStream('kelp'.repeat(100_000))
    const request = new Request(REFUSING, { method: 'POST', body, duplex: 'half' } as RequestInit)

    const error = await rejectionOf(resilientFetch({ fetch, random: () => 0 })(request))

    expect(retryInfo(error)).toMatchObject({ attempts: 3, stopped: 'attempts' })
    expect(await cancelled).toBe(error)
  })

  it.each([
    ['one of three attempts', {}],
    ['the only attempt', { retry: false }],
  ] as const)('is cancelled when there is no time left to send it, as the body of %s', async (_, options) => {
    const { body, cancelled } = watchedStream('kelp')
    const deadline = { remainingMs: () => 0 }

    const error = await rejectionOf(resilientFetch({ fetch, ...options })(REFUSING, { ...post(body), deadline }))

    expect(error).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', phase: 'run' })
    expect(await cancelled).toBe(error)
  })

  it('is cancelled when the circuit is open', async () => {
    const { body, cancelled } = watchedStream('kelp')
    const api = resilientFetch({ fetch, random: () => 0 })
    await api(REFUSING).catch(() => 'refused')
    api.breakerOf(REFUSING)?.isolate()

    const error = await rejectionOf(api(REFUSING, post(body)))

    expect(error).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    expect(await cancelled).toBe(error)
  })

  it.each<[string, (url: string, stream: ReadableStream) => [string | Request, ResilientInit]]>([
    ['a stream', (url, body) => [url, post(body)]],
    ['a Request', (url, body) => [new Request(url, { method: 'POST', body, duplex: 'half' } as RequestInit), {}]],
  ])('is cancelled when its caller aborts in the middle: %s', async (_, make) => {
    await using server = await faultServer()
    server.script('/kelp', [afterReading(100, hangBeforeHeaders())])
    const caller = new AbortController()
    const { body, cancelled } = watchedStream('kelp'.repeat(100_000))
    const reason = new Error('the tide is out')

    const [input, init] = make(`${server.url}/kelp`, body)
    const rejection = rejectionOf(resilientFetch({ fetch })(input, { ...init, signal: caller.signal }))
    await (await server.arrived('/kelp')).bodyEnded
    caller.abort(reason)

    expect(await rejection).toBe(reason)
    expect(await cancelled).toBe(reason)
  })

  it('is cancelled when it is that of a Request and falls silent before all of it is kept', async () => {
    const { body, cancelled } = watchedStream()
    const clock = virtualClock()
    const request = new Request(REFUSING, { method: 'POST', body, duplex: 'half' } as RequestInit)

    const rejection = rejectionOf(resilientFetch({ fetch, clock })(request))
    await clock.runAll()

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT' })
    expect(await cancelled).toBe(await rejection)
  })

  it('is cancelled when its attempt has taken too long, and the next one gets another from the function', async () => {
    await using server = await faultServer()
    server.script('/kelp', [afterReading(100, hangBeforeHeaders()), ok('kelp')])
    const clock = virtualClock()
    const { body, cancelled } = watchedStream('kelp'.repeat(100_000))
    const made = [body, new Blob(['kelp']).stream()]
    const api = resilientFetch({ fetch, clock, random: () => 0 })

    const answer = api(`${server.url}/kelp`, { method: 'PUT', body: () => made.shift() as ReadableStream })
    await (await server.arrived('/kelp')).bodyEnded
    await clock.advance(8_001)
    const response = await answer

    expect(await response.text()).toBe('kelp')
    expect(await cancelled).toBe(retryInfo(response)?.errors[0])
  })
})
