import { endlessBody, faultServer, largeBody, ok, patternOf, sha256, slowBody } from '@holdfast/fault-server'
import { describe, expect, it } from 'vitest'
import { watched } from './watched.ts'

describe('largeBody', () => {
  it('sends so many bytes of the pattern', async () => {
    await using server = await faultServer()
    server.script('/', [largeBody(1_000_003)])

    const response = await fetch(server.url)
    const body = await response.bytes()

    expect(response.headers.get('content-length')).toBe('1000003')
    expect(body).toHaveLength(1_000_003)
    expect([body[0], body[250], body[251], body[1_000_002]]).toEqual([0, 250, 0, 1_000_002 % 251])
    expect(sha256(body)).toBe(sha256(patternOf(1_000_003)))
  })
})

describe('endlessBody', () => {
  it('goes on until the client leaves', async () => {
    await using server = await faultServer()
    const { step, played } = watched(endlessBody(503))
    server.script('/', [step])

    const response = await fetch(server.url)
    let bytes = 0
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length
      if (bytes > 10_000_000) break
    }
    await played

    expect(response.status).toBe(503)
    expect(await server.requests[0]?.answered).toBe('cut')
  })

  it('answers HEAD without it', async () => {
    await using server = await faultServer()
    server.script('/', [endlessBody(503)])

    const response = await fetch(server.url, { method: 'HEAD' })

    expect(response.status).toBe(503)
    expect(await server.requests[0]?.answered).toBe('sent')
  })

  it('holds no more than a chunk while the client does not read', async () => {
    await using server = await faultServer()
    const endless = watched(endlessBody())
    server.script('/', [endless.step])
    server.script('/other', [ok()])

    const response = await fetch(server.url)
    const held: number[] = []
    for (let turn = 0; turn < 100; turn++) {
      await (await fetch(`${server.url}/other`)).text()
      held.push(endless.exchange?.outgoing.writableLength ?? 0)
    }
    await response.body?.cancel()

    expect(Math.max(...held)).toBeLessThanOrEqual(64 * 1024)
    expect(held.at(-1)).toBeGreaterThan(0)
  })
})

describe('slowBody', () => {
  it('sends each chunk when it is told to', async () => {
    await using server = await faultServer()
    const calls: (() => void)[] = []
    const pace = () =>
      new Promise<void>(resolve => {
        calls.push(resolve)
      })
    server.script('/', [slowBody(['first ', 'second'], pace, { 'content-type': 'text/event-stream' })])

    const response = await fetch(server.url)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    calls[0]?.()
    const first = await reader?.read()
    const sentBySecondCall = calls.length
    calls[1]?.()
    const second = await reader?.read()
    const end = await reader?.read()

    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(sentBySecondCall).toBe(2)
    expect([first?.value, second?.value, end?.done]).toEqual(['first ', 'second', true])
  })

  it('asks for no more when the client has left', async () => {
    await using server = await faultServer()
    const calls: (() => void)[] = []
    const pace = () =>
      new Promise<void>(resolve => {
        calls.push(resolve)
      })
    const { step, played } = watched(slowBody(['first', 'second', 'third'], pace))
    server.script('/', [step])

    const response = await fetch(server.url)
    await response.body?.cancel()
    await server.requests[0]?.answered
    calls[0]?.()
    await played

    expect(calls).toHaveLength(1)
  })

  it('sends a chunk every so many milliseconds', async () => {
    await using server = await faultServer()
    server.script('/', [slowBody(['a', 'b', 'c'], 1)])

    const response = await fetch(server.url)

    expect(await response.text()).toBe('abc')
  })
})
