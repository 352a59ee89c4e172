import { faultServer, hangMidBody, largeBody, patternOf, sha256, slowBody, step } from '@holdfast/fault-server'
import { resilientFetch } from '@holdfast/fetch'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { chunksOf } from './chunks-of.ts'
import { platforms } from './platforms.ts'

const methods = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'] as const

describe.each(platforms)('the limits of a body by way of $platform', ({ fetch }) => {
  it.each(methods)('end %s when the server falls silent, and its connection', async method => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const clock = virtualClock()
    const api = resilientFetch({ name: 'kelp', fetch, clock, body: { idleMs: 500 } })

    const response = await api(`${server.url}/kelp`)
    const rejection = rejectionOf(response[method]())
    await clock.advance(500)

    expect(await rejection).toMatchObject({
      code: 'ERR_HOLDFAST_TIMEOUT',
      policy: 'kelp.body',
      phase: 'body',
      timeoutMs: 500,
    })
    expect(await server.requestsTo('/kelp')[0]?.answered).toBe('cut')
    expect(clock.pendingTimers).toBe(0)
  })

  it('end a stream when the server falls silent, after all that has come', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const clock = virtualClock()
    const api = resilientFetch({ fetch, clock, body: { idleMs: 500 } })

    const reader = (await api(`${server.url}/kelp`)).body?.getReader()
    const first = await reader?.read()
    const rejections = [rejectionOf(reader?.read() as never), rejectionOf(reader?.closed as never)]
    await clock.advance(500)

    expect(first?.value).toHaveLength(10)
    const [ofRead, ofClosed] = await Promise.all(rejections)
    expect(ofRead).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', phase: 'body' })
    expect(ofClosed).toBe(ofRead)
    expect(await server.requestsTo('/kelp')[0]?.answered).toBe('cut')
  })

  it('leave a body alone that comes slowly, however long it takes', async () => {
    await using server = await faultServer()
    const clock = virtualClock()
    server.script('/kelp', [slowBody(['a', 'b', 'c', 'd'], () => clock.advance(499))])
    const api = resilientFetch({ fetch, clock, body: { idleMs: 500 } })

    const response = await api(`${server.url}/kelp`)

    expect(await chunksOf(response.body)).toEqual(['a', 'b', 'c', 'd'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('do not count the time in which nobody reads', async () => {
    await using server = await faultServer()
    server.script('/kelp', [largeBody(1_000_000)])
    const clock = virtualClock()
    const api = resilientFetch({ fetch, clock, body: { idleMs: 500 } })

    const chunks: Uint8Array[] = []
    for await (const chunk of (await api(`${server.url}/kelp`)).body ?? []) {
      chunks.push(chunk)
      await clock.advance(10_000)
    }

    expect(sha256(chunks)).toBe(sha256(patternOf(1_000_000)))
  })

  it.each(methods)('end %s with the total limit, attempts included', async method => {
    await using server = await faultServer()
    const clock = virtualClock()
    const late = step('late', async exchange => {
      await clock.advance(600)
      await hangMidBody(10).play(exchange)
    })
    server.script('/kelp', [late])
    const api = resilientFetch({ name: 'kelp', fetch, clock, total: { timeoutMs: 1_000 }, attempt: false })

    const response = await api(`${server.url}/kelp`)
    let isOver = false
    const rejection = rejectionOf(response[method]()).finally(() => {
      isOver = true
    })
    await clock.advance(399)
    const wasOver = isOver
    await clock.advance(1)

    expect(wasOver).toBe(false)
    expect(await rejection).toMatchObject({
      code: 'ERR_HOLDFAST_TIMEOUT',
      policy: 'kelp.total',
      phase: 'total',
      timeoutMs: 1_000,
    })
    expect(await server.requestsTo('/kelp')[0]?.answered).toBe('cut')
    expect(clock.pendingTimers).toBe(0)
  })

  it('end text with the deadline of the call, where that is shorter', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const clock = virtualClock()
    const api = resilientFetch({ fetch, clock })

    const response = await api(`${server.url}/kelp`, { deadline: { remainingMs: () => 200 } })
    const rejection = rejectionOf(response.text())
    await clock.advance(200)

    expect(await rejection).toMatchObject({
      code: 'ERR_HOLDFAST_TIMEOUT',
      policy: 'fetch',
      phase: 'run',
      timeoutMs: 200,
    })
  })

  it('end text that was asked for too late at once', async () => {
    await using server = await faultServer()
    server.script('/kelp', [hangMidBody(10)])
    const clock = virtualClock()
    const api = resilientFetch({ fetch, clock, total: { timeoutMs: 1_000 }, attempt: false })

    const response = await api(`${server.url}/kelp`)
    await clock.advance(2_000)
    const rejection = rejectionOf(response.text())
    await clock.runAll()

    expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', phase: 'total' })
  })

  it('leave a stream alone when the total limit has passed', async () => {
    await using server = await faultServer()
    const clock = virtualClock()
    server.script('/kelp', [slowBody(['a', 'b', 'c'], () => clock.advance(900))])
    const api = resilientFetch({ fetch, clock, total: { timeoutMs: 1_000 }, attempt: false })

    const response = await api(`${server.url}/kelp`)

    expect(await chunksOf(response.body)).toEqual(['a', 'b', 'c'])
  })

  it('can be taken away', async () => {
    await using server = await faultServer()
    const clock = virtualClock()
    server.script('/kelp', [slowBody(['a', 'b'], () => clock.advance(86_400_000))])
    const api = resilientFetch({ fetch, clock, total: false, attempt: false, body: { idleMs: Infinity } })

    expect(await (await api(`${server.url}/kelp`)).text()).toBe('ab')
  })
})
