import { once } from 'node:events'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { ClientGoneError, callOf } from '@holdfast/lifecycle'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { client, get, openServer, reasonOf } from './open-server.ts'

describe('the signal of a server call', () => {
  it('aborts with a ClientGoneError when the client leaves before it has the answer', async () => {
    const server = await openServer()
    const socket = await client(server.port, get('/'))
    const { request, response } = await server.next()
    const { signal } = callOf(request, response)

    socket.destroy()

    const reason = await reasonOf(signal)
    expect(reason).toBeInstanceOf(ClientGoneError)
    expect(reason).toMatchObject({ code: 'ERR_HOLDFAST_CLIENT_GONE', name: 'ClientGoneError' })
  })

  it('aborts when the client leaves in the middle of the answer', async () => {
    const server = await openServer()
    const socket = await client(server.port, get('/'))
    const { request, response } = await server.next()
    const { signal } = callOf(request, response)

    response.write('half of it')
    await once(socket, 'data')
    socket.destroy()

    expect(await reasonOf(signal)).toBeInstanceOf(ClientGoneError)
  })

  it('aborts when the client leaves in the middle of its own body', async () => {
    const server = await openServer()
    const socket = await client(server.port, 'POST / HTTP/1.1\r\nhost: kelp\r\ncontent-length: 100\r\n\r\nhalf')
    const { request, response } = await server.next()
    const { signal } = callOf(request, response)

    socket.destroy()

    expect(await reasonOf(signal)).toBeInstanceOf(ClientGoneError)
  })

  it('has aborted already when it is asked for after the client has left', async () => {
    const server = await openServer()
    const socket = await client(server.port, get('/'))
    const { request, response } = await server.next()
    const call = callOf(request, response)
    socket.destroy()
    await once(response, 'close')

    expect(call.signal.reason).toBeInstanceOf(ClientGoneError)
  })

  it('aborts for each of the requests that a client has sent at once', async () => {
    const server = await openServer()
    const socket = await client(server.port, get('/first') + get('/second') + get('/third'))
    const signals: AbortSignal[] = []
    for (let request = 0; request < 3; request++) {
      const exchange = await server.next()
      signals.push(callOf(exchange.request, exchange.response).signal)
    }

    socket.destroy()

    for (const signal of signals) expect(await reasonOf(signal)).toBeInstanceOf(ClientGoneError)
  })

  it('never aborts once the answer is complete', async () => {
    const server = await openServer()
    const socket = await client(server.port, get('/'))
    const { request, response } = await server.next()
    const { signal } = callOf(request, response)

    response.end('kelp')
    await once(response, 'close')
    socket.resume().end()
    await once(request.socket, 'close')

    expect(signal.aborted).toBe(false)
  })

  it('does not abort where it is asked for after the answer', async () => {
    const server = await openServer()
    await client(server.port, get('/'))
    const { request, response } = await server.next()
    response.end('kelp')
    await once(response, 'close')

    expect(callOf(request, response).signal.aborted).toBe(false)
  })

  it('is the same for all who ask', async () => {
    const server = await openServer()
    await client(server.port, get('/'))
    const { request, response } = await server.next()

    const call = callOf(request, response)

    expect(callOf(request, response, { deadlineHeader: true })).toBe(call)
    expect(callOf(request, response).signal).toBe(call.signal)
  })

  it('costs no listener until somebody asks for it', async () => {
    const server = await openServer()
    await client(server.port, get('/'))
    const { request, response } = await server.next()
    const before = response.listenerCount('close')

    const call = callOf(request, response)
    const made = response.listenerCount('close')
    const { signal } = call

    expect([made, response.listenerCount('close'), signal.aborted]).toEqual([before, before + 1, false])
  })
})

describe('the deadline of a server call', () => {
  it('is what the client has sent, counted from when it was read', async () => {
    const server = await openServer()
    const clock = virtualClock()
    await client(server.port, get('/', 'Holdfast-Deadline-Ms: 250'))
    const { request, response } = await server.next()

    const { deadline } = callOf(request, response, { deadlineHeader: true, clock })
    const atFirst = deadline.remainingMs()
    await clock.advance(100)

    expect([atFirst, deadline.remainingMs()]).toEqual([250, 150])
  })

  it('aborts the signal with a TimeoutError when it passes, and not before', async () => {
    const server = await openServer()
    const clock = virtualClock()
    await client(server.port, get('/', 'Holdfast-Deadline-Ms: 250'))
    const { request, response } = await server.next()
    const { signal } = callOf(request, response, { deadlineHeader: true, clock })

    await clock.advance(249)
    const before = signal.aborted
    await clock.advance(1)

    expect(before).toBe(false)
    expect(signal.reason).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 250, phase: 'deadline' })
  })

  it('leaves no timer behind when the answer is sent', async () => {
    const server = await openServer()
    const clock = virtualClock()
    await client(server.port, get('/', 'Holdfast-Deadline-Ms: 250'))
    const { request, response } = await server.next()
    const { signal } = callOf(request, response, { deadlineHeader: true, clock })

    response.end('kelp')
    await once(response, 'close')

    expect([clock.pendingTimers, signal.aborted]).toEqual([0, false])
  })

  it('is not read unless that is asked for', async () => {
    const server = await openServer()
    const clock = virtualClock()
    await client(server.port, get('/', 'Holdfast-Deadline-Ms: 250'))
    const { request, response } = await server.next()

    const { deadline, signal } = callOf(request, response, { clock })

    expect([deadline.remainingMs(), signal.aborted, clock.pendingTimers]).toEqual([Infinity, false, 0])
  })

  it.each(['', '-1', '1.5', '1e3', '0x10', '1234567890', '5, 6', 'soon'])('has no end for %j', async sent => {
    const server = await openServer()
    await client(server.port, get('/', `Holdfast-Deadline-Ms: ${sent}`))
    const { request, response } = await server.next()

    expect(callOf(request, response, { deadlineHeader: true }).deadline.remainingMs()).toBe(Infinity)
  })
})

describe('a server call with a lifecycle', () => {
  it('aborts with the reason of the lifecycle when the grace is over', async () => {
    const server = await openServer()
    const life = new AbortController()
    await client(server.port, get('/'))
    const { request, response } = await server.next()
    const { signal } = callOf(request, response, { lifecycle: life })
    const reason = new Error('the grace is over')

    life.abort(reason)

    expect(signal.reason).toBe(reason)
  })

  it('has aborted already when the grace was over before', async () => {
    const server = await openServer()
    const life = new AbortController()
    await client(server.port, get('/'))
    const { request, response } = await server.next()
    life.abort(new Error('the grace is over'))

    expect(callOf(request, response, { lifecycle: life }).signal.reason).toBe(life.signal.reason)
  })

  it('puts one listener on it, however many requests there are, and lets go of those that are done', async () => {
    const server = await openServer()
    const life = new AbortController()
    const signals: AbortSignal[] = []
    for (let request = 0; request < 20; request++) {
      await client(server.port, get('/', 'connection: close'))
      const exchange = await server.next()
      signals.push(callOf(exchange.request, exchange.response, { lifecycle: life }).signal)
      if (request === 19) continue
      exchange.response.end()
      await once(exchange.response, 'close')
    }

    const listeners = abortListeners(life.signal)
    life.abort(new Error('the grace is over'))

    expect(listeners).toBe(1)
    expect(signals.filter(({ aborted }) => aborted)).toEqual([signals[19]])
  })
})

describe('the options of callOf', () => {
  it.each([
    [{ deadlineHeader: 'yes' }, 'callOf: deadlineHeader must be true or false, got "yes"'],
    [{ lifecycle: {} }, 'callOf: lifecycle must be a lifecycle, got an object'],
    [{ clock: 5 }, /^callOf: clock must be/],
    [{ deadline: true }, /^callOf: .*deadline/],
  ])('refuses %j', async (options, message) => {
    const server = await openServer()
    await client(server.port, get('/'))
    const { request, response } = await server.next()

    expect(() => callOf(request, response, options as never)).toThrow(message)
  })
})
