import { once } from 'node:events'
import { acceptConnect, acceptUpgrade, faultServer, resetBeforeHeaders } from '@holdfast/fault-server'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { describe, expect, it } from 'vitest'
import { resilientAgent, undicis } from './undicis.ts'

describe.each(undicis)('with $version', ({ undici }) => {
  it('an upgrade passes', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.script('/chat', [acceptUpgrade()])

    const { socket } = await undici.upgrade(`${server.url}/chat`, { ...agent, protocol: 'echo' })
    socket.write('kelp')
    const [echo] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()

    expect(String(echo)).toBe('kelp')
  })

  it('a CONNECT passes', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.otherwise(() => acceptConnect())

    const { socket } = await undici.connect(`${server.url}/`, agent)
    socket.write('kelp')
    const [echo] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()

    expect(String(echo)).toBe('kelp')
  })

  it('neither is repeated, nor counted', async () => {
    await using server = await faultServer()
    await using agent = resilientAgent(undici)
    server.otherwise(() => resetBeforeHeaders())

    const upgrade = await rejectionOf(undici.upgrade(`${server.url}/chat`, { ...agent, protocol: 'echo' }))
    const connect = await rejectionOf(undici.connect(`${server.url}/`, agent))

    expect([upgrade, connect]).toMatchObject([{ code: 'ECONNRESET' }, { code: 'ECONNRESET' }])
    expect(server.requests).toHaveLength(2)
    expect(agent.breakerOf(server.url)).toBeUndefined()
  })
})
