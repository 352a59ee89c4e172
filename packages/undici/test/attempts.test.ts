import { closeBeforeHeaders, diesWhenReused, faultServer, ok, resetBeforeHeaders, status } from '@holdfast/fault-server'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { hangs, hurry } from './hurry.ts'
import { resilientAgent } from './undicis.ts'
import { ways } from './ways.ts'

describe.each(ways)('an attempt by $name', ({ undici, send }) => {
  it.each([
    ['reset', resetBeforeHeaders()],
    ['closed', closeBeforeHeaders()],
    ['answered with 503', status(503)],
    ['answered with 429', status(429)],
    ['answered with 408', status(408)],
  ])('that is %s is followed by another', async (_, fault) => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/kelp', [fault, ok('kelp')])

    const reply = await send(`${server.url}/kelp`, agent)

    expect(reply).toEqual({ status: 200, text: 'kelp' })
    expect(server.requests).toHaveLength(2)
  })

  it('that takes too long is followed by another', async () => {
    const clock = virtualClock()
    await using server = await faultServer()
    await using agent = resilientAgent(undici, { clock })
    hurry(clock, agent.policy)
    server.script('/kelp', [hangs(clock), ok('kelp')])

    const reply = await send(`${server.url}/kelp`, agent)

    expect(reply).toEqual({ status: 200, text: 'kelp' })
    expect(server.requests).toHaveLength(2)
  })

  it.each([200, 404, 409, 501])('that is answered with %i is the last', async code => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/kelp', [status(code, {}, 'kelp')])

    const reply = await send(`${server.url}/kelp`, agent)

    expect(reply).toEqual({ status: code, text: 'kelp' })
    expect(server.requests).toHaveLength(1)
  })

  it('that fails is not repeated for a POST that the server may have carried out', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/orders', [resetBeforeHeaders()])

    await rejectionOf(send(`${server.url}/orders`, { ...agent, method: 'POST', body: 'one' }))

    expect(server.requests).toHaveLength(1)
  })

  it('hands on the last response, whole, when all have failed', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/kelp', [status(503, {}, 'first'), status(503, {}, 'second'), status(503, {}, 'x'.repeat(300_000))])

    const reply = await send(`${server.url}/kelp`, agent)

    expect(reply).toEqual({ status: 503, text: 'x'.repeat(300_000) })
    expect(server.requests).toHaveLength(3)
  })

  it('survives a connection that the server gave up while it was idle', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici, {}, { connections: 1 })
    server.script('/kelp', [diesWhenReused(ok('first')), ok('second')])

    const first = await send(`${server.url}/kelp`, agent)
    const second = await send(`${server.url}/kelp`, agent)

    expect([first.text, second.text]).toEqual(['first', 'second'])
  })
})
