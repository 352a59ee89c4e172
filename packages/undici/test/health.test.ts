import { faultServer, hangMidBody, largeBody, ok, status } from '@holdfast/fault-server'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { record } from '@holdfast/testing'
import { resilient } from '@holdfast/undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { recordingHandler } from './recording-handler.ts'
import { resilientAgent, undicis } from './undicis.ts'

describe.each(undicis)('with $version', ({ undici }) => {
  it('the breaker of an origin that fails refuses calls, and that of another does not', async () => {
    await using down = await faultServer()
    await using up = await faultServer()
    await using agent = resilientAgent(undici)
    const recording = record(agent.policy)
    down.script('/', [status(500)])
    up.script('/', [ok('kelp')])

    await undici.request(down.url, agent)
    await rejectionOf(undici.request(down.url, agent))
    const refused = await rejectionOf(undici.request(down.url, agent))
    const { statusCode } = await undici.request(up.url, agent)

    expect(refused).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
    expect(statusCode).toBe(200)
    expect(down.requests).toHaveLength(5)
    expect(recording.types.filter(type => type === 'circuit.opened')).toHaveLength(1)
  })

  it('a key may be what the user wants', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { keyBy: ({ url }) => url.pathname })
    server.script('/kelp', [status(500)])
    server.script('/tang', [ok('tang')])

    for (let call = 0; call < 2; call++) await undici.request(`${server.url}/kelp`, agent).catch(() => {})
    const { statusCode } = await undici.request(`${server.url}/tang`, agent)

    expect(statusCode).toBe(200)
    expect([agent.breakerOf('/kelp')?.state, agent.breakerOf('/tang')?.state]).toEqual(['open', 'closed'])
  })

  it.each(['Client', 'Pool'] as const)('a %s for one origin has a key, too', async kind => {
    await using server = await faultServer()
    const keys: string[] = []
    const interceptor = resilient({
      keyBy: ({ url }) => {
        keys.push(url.href)
        return 'all'
      },
    })
    const bound = new undici[kind](server.url)
    onTestFinished(() => bound.destroy())
    server.script('/kelp', [ok('kelp')])

    await bound.compose(interceptor).request({ path: '/kelp', method: 'GET' })

    expect(keys).toEqual([expect.stringMatching(/^http:.*\/kelp$/)])
    expect(interceptor.breakerOf('all')?.state).toBe('closed')
  })

  it('a rate limit says nothing about the health of the server', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/kelp', [status(429)])

    for (let call = 0; call < 4; call++) await undici.request(`${server.url}/kelp`, agent)

    expect(agent.breakerOf(server.url)?.state).toBe('closed')
  })

  it.each(['onResponseStart', 'onResponseData', 'onResponseEnd'] as const)(
    'what a handler throws in %s says nothing about the server',
    async callback => {
      await using server = await faultServer()
      await using agent = resilientAgent(undici)
      server.script('/kelp', [ok('kelp')])

      for (let call = 1; call <= 20; call++) {
        const handler = recordingHandler({
          [callback]: () => {
            throw new Error('fault of the handler')
          },
        })
        agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
        await handler.ended
      }

      expect(agent.breakerOf(server.url)?.state).toBe('closed')
    },
  )

  it('a body that is longer than its reader allows says nothing about the server', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, {}, { maxResponseSize: 1_000 })
    server.script('/kelp', [largeBody(100_000)])

    for (let call = 1; call <= 20; call++) {
      const { body } = await undici.request(`${server.url}/kelp`, agent)
      await rejectionOf(body.text())
    }

    expect(agent.breakerOf(server.url)?.state).toBe('closed')
  })

  it('a body that its reader leaves says nothing about the server', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/kelp', [hangMidBody(10)])

    for (let call = 1; call <= 20; call++) {
      const { body } = await undici.request(`${server.url}/kelp`, agent)
      body.on('error', () => {}).destroy()
    }

    expect(agent.breakerOf(server.url)?.state).toBe('closed')
  })
})
