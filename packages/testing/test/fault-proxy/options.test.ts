import { faultProxy } from '@holdfast/testing/fault-proxy'
import { describe, expect, it } from 'vitest'
import { knock, stage } from './stage.ts'

describe('options of faultProxy', () => {
  it.each([
    [{}, TypeError, 'target must be an object with the port of a server, and its host, got undefined'],
    [{ target: { host: 'db' } }, TypeError, 'target must be an object with the port of a server'],
    [{ target: { port: 70_000 } }, TypeError, 'target must be an object with the port of a server'],
    [{ target: { port: 1, host: '' } }, TypeError, 'target must be an object with the port of a server'],
    [{ target: null }, TypeError, 'got null'],
    [{ target: { port: 1 }, port: 0 }, RangeError, 'port must be an integer from 1 to 65535, got 0'],
    [{ target: { port: 1 }, port: 65_536 }, RangeError, 'port must be an integer from 1 to 65535, got 65536'],
    [{ target: { port: 1 }, host: '' }, RangeError, 'host must be a string that is not empty'],
    [{ target: { port: 1 }, clock: {} }, TypeError, 'clock must be a clock'],
    [{ target: { port: 1 }, ports: 1 }, TypeError, 'unknown option "ports", expected one of target, host, port, clock'],
  ])('%j are refused', async (options, kind, message) => {
    const refusal = faultProxy(options as never)

    await expect(refusal).rejects.toThrow(kind)
    await expect(refusal).rejects.toThrow(message)
  })

  it('choose the port, which must be free', async () => {
    await using first = await faultProxy({ target: { port: 1 } })
    await using second = await stage()
    const { port } = first

    await expect(faultProxy({ target: { port: 1 }, port })).rejects.toThrow('EADDRINUSE')
    await first.close()
    await using third = await faultProxy({ target: second.proxy, port })

    expect([third.port, await knock(third)]).toEqual([port, 'connected'])
  })

  it('leave it a port below those of outgoing connections', async () => {
    await using proxy = await faultProxy({ target: { port: 1 } })

    expect(proxy.port).toBeGreaterThanOrEqual(10_000)
    expect(proxy.port).toBeLessThan(20_000)
    expect(proxy.host).toBe('127.0.0.1')
  })

  it('choose another address', async () => {
    await using proxy = await faultProxy({ target: { port: 1 }, host: '127.0.0.2' })

    expect([proxy.host, await knock(proxy)]).toEqual(['127.0.0.2', 'connected'])
  })
})

describe('options of faults', () => {
  it.each([
    ['cut', { how: 'fin' }, RangeError, 'how must be "reset" or "end", got "fin"'],
    ['cut', { direction: 'up' }, RangeError, 'direction must be "toServer" or "toClient" or "both", got "up"'],
    ['cut', { now: true }, TypeError, 'unknown option "now", expected one of direction, how'],
    ['delay', {}, TypeError, 'delayMs must be a number of milliseconds, at least 0, got undefined'],
    ['delay', { delayMs: -1 }, RangeError, 'delayMs must be a number of milliseconds, at least 0, got -1'],
    ['throttle', { bytesPerSecond: 0 }, RangeError, 'bytesPerSecond must be a number above 0, got 0'],
    ['silence', { ms: 1 }, TypeError, 'unknown option "ms", expected one of direction'],
    ['cutAfter', { bytes: 1 }, TypeError, 'direction must be "toServer" or "toClient", got undefined'],
    ['cutAfter', { bytes: 1, direction: 'both' }, RangeError, 'direction must be "toServer" or "toClient", got "both"'],
    ['cutAfter', { bytes: -1, direction: 'toServer' }, RangeError, 'bytes must be an integer of at least 0, got -1'],
    ['cutAfter', { bytes: 1, direction: 'toServer', times: 0 }, RangeError, 'times must be an integer of at least 1'],
    [
      'cutAt',
      { match: '', direction: 'toServer' },
      TypeError,
      'match must be a string or bytes, and not empty, got ""',
    ],
    ['cutAt', { match: 'x', direction: 'toServer', at: 'amid' }, RangeError, 'at must be "before" or "within"'],
    ['cutAt', { match: 'x', direction: 'toServer', how: 'stop' }, RangeError, 'how must be "reset" or "end"'],
  ] as const)('of %s, %j, are refused', async (fault, options, kind, message) => {
    await using scene = await stage()
    const { link } = await scene.converse()

    for (const faulty of [scene.proxy, link]) {
      expect(() => faulty[fault](options as never)).toThrow(kind)
      expect(() => faulty[fault](options as never)).toThrow(`faultProxy: ${fault}: `)
      expect(() => faulty[fault](options as never)).toThrow(message)
    }
  })

  it('find a string in what is not ASCII', async () => {
    await using scene = await stage()
    const { client, server } = await scene.converse()
    const trap = scene.proxy.cutAt({ match: 'ü', direction: 'toServer', at: 'after' })

    client.socket.write('Grüße')
    await trap.sprung

    expect(Buffer.from(server.heard(), 'latin1').toString()).toBe('Grü')
  })
})
