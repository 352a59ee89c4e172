import { admission, ClientGoneError, type Lifecycle, type ServerCall } from '@holdfast/lifecycle'
import { describe, expect, it } from 'vitest'
import { type AppParts, frameworks, quietLife } from './frameworks.ts'
import { client, eventually, get, listening, reasonOf, textOf } from './open-server.ts'

/** Work that goes on until its call is aborted. */
const untilAborted = ({ signal }: ServerCall): Promise<string> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })

describe.each(frameworks)('on %s', (_, make) => {
  async function serving(parts: Partial<AppParts> = {}) {
    const life = parts.life ?? quietLife()
    const failures: unknown[] = []
    const gate = parts.gate ?? admission({ maxConcurrent: 10 })
    const server = await make({ work: () => 'kelp', life, gate, failures, ...parts })
    const port = await listening(server)
    return { life, failures, gate, server, port, url: `http://127.0.0.1:${port}` }
  }

  it('a request is let in and answered', async () => {
    const { url, gate } = await serving()

    const response = await fetch(`${url}/work`)

    expect([response.status, await response.text()]).toEqual([200, 'kelp'])
    await eventually(() => expect(gate.bulkhead.active).toBe(0))
  })

  it('probes are told of the health of the process', async () => {
    const { url, life } = await serving()
    const statusOf = async (path: string) => (await fetch(url + path)).status

    const before = [await statusOf('/livez'), await statusOf('/readyz'), await statusOf('/startupz?verbose')]
    life.started()
    const after = [await statusOf('/livez'), await statusOf('/readyz'), await statusOf('/startupz')]

    expect([before, after]).toEqual([
      [200, 503, 503],
      [200, 200, 200],
    ])
  })

  it('probes are answered as JSON that nobody stores, and HEAD without it', async () => {
    const { url } = await serving()

    const response = await fetch(`${url}/livez`)
    const head = await fetch(`${url}/livez`, { method: 'HEAD' })

    expect(await response.json()).toEqual({ status: 'up', state: 'starting' })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  it('a full service refuses with 503, and still answers probes', async () => {
    const { url, gate } = await serving({ gate: admission({ maxConcurrent: 1, retryAfterMs: 3_000 }) })
    const held = gate.bulkhead.tryAcquire()

    const refused = await fetch(`${url}/work`)
    const alive = await fetch(`${url}/livez`)
    held?.release()
    const served = await fetch(`${url}/work`)

    expect([refused.status, alive.status, served.status]).toEqual([503, 200, 200])
    expect(refused.headers.get('retry-after')).toBe('3')
  })

  it('a request that had to wait is served', async () => {
    const { url, gate } = await serving({ gate: admission({ maxConcurrent: 1, maxQueued: 1, maxWaitMs: Infinity }) })
    const held = gate.bulkhead.tryAcquire()
    const response = fetch(`${url}/work`)
    await eventually(() => expect(gate.bulkhead.queued).toBe(1))

    held?.release()

    expect((await response).status).toBe(200)
  })

  it('a client that goes away aborts the work, and nothing is logged', async () => {
    const calls: ServerCall[] = []
    const work = (call: ServerCall) => {
      calls.push(call)
      return untilAborted(call)
    }
    const { port, failures, gate } = await serving({ work })
    const socket = await client(port, get('/work'))
    await eventually(() => expect(calls.length).toBe(1))

    socket.destroy()

    expect(await reasonOf(calls[0]?.signal as AbortSignal)).toBeInstanceOf(ClientGoneError)
    await eventually(() => expect(gate.bulkhead.active).toBe(0))
    expect(failures).toEqual([])
  })

  it('the deadline of a client ends the work with 504', async () => {
    const { url, failures } = await serving({ work: untilAborted })

    const response = await fetch(`${url}/work`, { headers: { 'holdfast-deadline-ms': '20' } })

    expect([response.status, await response.text(), failures]).toEqual([504, 'Gateway Timeout', []])
  })

  it('a policy that lets nothing through answers 503', async () => {
    const gate = admission({ maxConcurrent: 1 })
    const full = admission({ maxConcurrent: 1 }).bulkhead
    full.tryAcquire()
    const { url, failures } = await serving({ gate, work: () => full.run(() => 'kelp') })

    const response = await fetch(`${url}/work`)

    expect([response.status, response.headers.get('retry-after'), failures]).toEqual([503, '1', []])
  })

  it('an error of the service is left to it', async () => {
    const work = () => Promise.reject(new Error('bug'))
    const { url, failures } = await serving({ work })

    const response = await fetch(`${url}/work`)

    expect([response.status, failures.length]).toEqual([500, 1])
    expect(failures[0]).toMatchObject({ message: 'bug' })
  })

  it('a shutdown lets a request end, and aborts one that does not', async () => {
    const calls: ServerCall[] = []
    const ends: (() => void)[] = []
    const work = async (call: ServerCall): Promise<string> => {
      calls.push(call)
      if (calls.length === 2) return untilAborted(call)
      return new Promise(resolve => {
        ends.push(() => resolve('kelp'))
      })
    }
    const failures: unknown[] = []
    const parts: { life?: Lifecycle } = {}
    const codes: number[] = []
    const late: Pick<Lifecycle, 'signal'> = {
      get signal() {
        return parts.life?.signal as AbortSignal
      },
    }
    const server = await make({ work, gate: admission({ maxConcurrent: 9 }), failures, life: late as Lifecycle })
    const life = quietLife({ server, graceMs: 100, closeMs: 5_000, exit: code => void codes.push(code) })
    parts.life = life
    const port = await listening(server)
    life.started()
    const sockets = [await client(port, get('/work')), await client(port, get('/work'))]
    const texts = sockets.map(textOf)
    await eventually(() => expect(calls.length).toBe(2))

    const over = life.shutdown({ reason: 'test' })
    ends[0]?.()
    const [first, second] = await Promise.all(texts)
    await over

    expect(first).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*kelp$/)
    expect(second).toMatch(/^HTTP\/1.1 503 /)
    expect([codes, failures]).toEqual([[1], []])
  })
})
