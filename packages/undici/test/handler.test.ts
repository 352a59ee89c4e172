import { faultServer, informational, ok, resetBeforeHeaders, resetMidBody, status } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { deferred } from './deferred.ts'
import { recordingHandler } from './recording-handler.ts'
import { resilientAgent, undicis } from './undicis.ts'

describe.each(undicis)('a handler of $version', ({ undici }) => {
  it('is told of the last attempt only, with one controller', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const handler = recordingHandler()
    server.script('/kelp', [resetBeforeHeaders(), status(503, {}, 'no'), ok('kelp')])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    await handler.ended

    expect(handler.told).toEqual(['start', 'response 200', 'data', 'end'])
    expect(handler.text()).toBe('kelp')
    expect(handler.controllers.size).toBe(1)
  })

  it('gets its controller before a connection is made', async () => {
    await using agent = resilientAgent(undici, {}, { connect: () => {} })
    const handler = recordingHandler()

    agent.dispatcher.dispatch({ origin: 'http://kelp.example', path: '/', method: 'GET' }, handler)

    expect(handler.told).toEqual(['start'])
  })

  it('is told of informational responses as they come', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const handler = recordingHandler()
    server.script('/kelp', [informational(103, { link: '</a.css>' }, ok('kelp'))])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    await handler.ended

    expect(handler.told).toEqual(['start', 'response 103', 'response 200', 'data', 'end'])
  })

  it('is told of informational responses of all attempts, and of one response', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const handler = recordingHandler()
    server.script('/kelp', [informational(103, {}, status(503)), informational(103, {}, ok('kelp'))])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    await handler.ended

    expect(handler.told).toEqual(['start', 'response 103', 'response 103', 'response 200', 'data', 'end'])
  })

  it('is told at once of a status that no policy will repent', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const turns: string[] = []
    const handler = recordingHandler({
      onResponseStart: () => {
        turns.push('response')
        queueMicrotask(() => turns.push('later'))
      },
      onResponseEnd: () => turns.push('end'),
    })
    server.script('/kelp', [ok('kelp')])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    await handler.ended

    expect(turns).toEqual(['response', 'end', 'later'])
  })

  it('sees the raw headers of the response that it gets', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    let raw: unknown
    const handler = recordingHandler({ onResponseStart: ({ rawHeaders }) => void (raw = rawHeaders) })
    server.script('/kelp', [status(503, { 'X-Try': 'one' }), ok('kelp', { 'X-Try': 'two' })])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    await handler.ended

    expect(String(raw).toLowerCase()).toContain('x-try,two')
  })

  it('is told of a body that breaks, and there is no other attempt', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const handler = recordingHandler()
    server.script('/kelp', [resetMidBody(100), ok('kelp')])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    const error = await handler.ended

    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect(handler.told.at(-1)).toBe('error')
    expect(server.requests).toHaveLength(1)
  })

  it('may change the raw headers that handlers after it see', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const seen: unknown[] = []
    const headers = [Buffer.from('x-a'), Buffer.from('b')]
    const handler = recordingHandler({
      onRequestStart: controller => {
        seen.push(controller.rawHeaders, controller.rawTrailers)
        controller.rawHeaders = headers
        controller.rawTrailers = headers
      },
      onResponseStart: controller => {
        controller.rawHeaders = headers
        controller.rawTrailers = headers
        seen.push(controller.rawHeaders, controller.rawTrailers)
      },
    })
    server.script('/kelp', [ok('kelp')])

    agent.dispatcher.dispatch({ origin: server.url, path: '/kelp', method: 'GET' }, handler)
    await handler.ended

    expect(seen).toEqual([null, null, headers, headers])
  })

  it('may have no more than what undici asks for', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const { promise, resolve } = deferred<void>()
    server.script('/kelp', [informational(103, {}, ok('kelp'))])

    agent.dispatcher.dispatch(
      { origin: server.url, path: '/kelp', method: 'GET' },
      {
        onRequestStart: () => {},
        onResponseStart: () => {},
        onResponseData: () => {},
        onResponseError: () => {},
        onResponseEnd: () => resolve(),
      },
    )

    await expect(promise).resolves.toBeUndefined()
  })

  it('is told how its request is sent', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    const sent: string[] = []
    const handler = Object.assign(recordingHandler(), {
      onBodySent: (chunk: Buffer) => sent.push(String(chunk)),
      onRequestSent: () => sent.push('sent'),
      onResponseStarted: () => sent.push('answered'),
    })
    server.script('/orders', [ok('done')])

    agent.dispatcher.dispatch({ origin: server.url, path: '/orders', method: 'PUT', body: 'one' }, handler)
    await handler.ended

    expect(sent).toContain('answered')
  })
})
