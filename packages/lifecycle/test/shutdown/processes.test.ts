import { describe, expect, it } from 'vitest'
import { startProgram, startService } from '../programs/start-program.ts'

/** Without the lines of requests. */
const steps = (messages: readonly string[]): string[] => messages.filter(message => message !== 'request').slice(1)

describe('a process that is told to end', () => {
  it('does it step by step, and ends with 0', async () => {
    const service = await startService()

    service.signal('SIGTERM')

    expect(await service.exited).toBe(0)
    expect(steps(service.messages())).toEqual([
      'service: shutting down: SIGTERM',
      'draining',
      'listener closed',
      'kafka closed',
      'postgres closed',
      'flushed',
      'service: shut down: SIGTERM',
    ])
  })

  it('is not ready before it stops to accept, and alive all the time', async () => {
    const service = await startService({ drainDelayMs: 1_500 })
    const ready = async (): Promise<Response> => fetch(`${service.origin}/ready`)
    const before = await ready()

    service.signal('SIGINT')
    await service.said('draining')
    const during = await ready()
    const live = await fetch(`${service.origin}/live`)
    const kelp = await fetch(`${service.origin}/kelp`)

    expect(service.messages()).not.toContain('listener closed')
    expect([before.status, during.status, live.status, kelp.status]).toEqual([200, 503, 200, 200])
    expect([before, during, kelp].map(({ headers }) => headers.get('connection'))).toEqual([
      'keep-alive',
      'close',
      'close',
    ])
    expect(await service.exited).toBe(0)
    await expect(ready()).rejects.toThrow('fetch failed')
  })

  it('ends the connection of a request that was under way when the drain began', async () => {
    const service = await startService({ drainDelayMs: 1_000 })
    const answer = fetch(`${service.origin}/slow`)
    await service.said('request')

    service.signal('SIGTERM')
    await service.said('draining')
    service.release()

    expect((await answer).headers.get('connection')).toBe('close')
    expect(await service.exited).toBe(0)
  })

  it.each([
    ['/slow', 'kelp'],
    ['/stream', 'kelp forest'],
  ])('lets %s end within the grace', async (path, body) => {
    const service = await startService()
    const answer = fetch(service.origin + path).then(async response => response.text())
    await service.said('request')

    service.signal('SIGTERM')
    await service.said('listener closed')
    service.release()

    expect(await answer).toBe(body)
    expect(await service.exited).toBe(0)
    expect(service.lines.at(-1)).toMatchObject({ aborted: { requests: 0, calls: 0 } })
  })

  it('aborts a request that hangs when the grace is over, which can still answer', async () => {
    const service = await startService({ graceMs: 50 })
    const answer = fetch(`${service.origin}/hang`)
    await service.said('request')

    service.signal('SIGTERM')

    expect((await answer).status).toBe(503)
    expect(await service.exited).toBe(1)
    expect(await service.said('request aborted')).toMatchObject({ reason: 'ERR_HOLDFAST_SHUTDOWN' })
    expect(service.lines.at(-1)).toMatchObject({ aborted: { requests: 1, calls: 0 } })
  })

  it('cuts a request that hears of nothing', async () => {
    const service = await startService({ graceMs: 50, closeMs: 250, hangs: 'request' })
    const answer = fetch(`${service.origin}/hang`)
    answer.catch(() => {})
    await service.said('request')

    service.signal('SIGTERM')

    await expect(answer).rejects.toThrow('fetch failed')
    expect(await service.exited).toBe(1)
    expect(steps(service.messages())).toEqual([
      'service: shutting down: SIGTERM',
      'draining',
      'listener closed',
      'service: the grace of 50 ms is over, aborting what still runs',
      'request aborted',
      'kafka closed',
      'postgres closed',
      'flushed',
      'service: shut down: SIGTERM',
    ])
  })

  it.each([
    ['hangs', 'closer', 'service: closing redis took too long'],
    ['throws', 'nothing, but throws', 'service: closing redis failed'],
  ] as const)('runs the other closers where one %s, and ends with 1', async (_, hangs, line) => {
    const service = await startService({ closeMs: 300, hangs })

    service.signal('SIGTERM')

    expect(await service.exited).toBe(1)
    expect(steps(service.messages()).slice(3)).toEqual([
      'kafka closed',
      'postgres closed',
      'flushed',
      line,
      'service: shut down: SIGTERM',
    ])
  })

  it('answers readiness while a check hangs', async () => {
    const service = await startService({ hangs: 'check' })

    const answer = await fetch(`${service.origin}/ready`)

    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ checks: { redis: { status: 'down', impact: 'critical' } } })
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at once by the second signal, %s', async (signal, code) => {
    const service = await startService({ graceMs: 3_600_000 })
    const answer = fetch(`${service.origin}/hang`)
    answer.catch(() => {})
    await service.said('request')

    service.signal('SIGTERM')
    await service.said('listener closed')
    service.signal(signal)

    expect(await service.exited).toBe(code)
    expect(service.messages().at(-1)).toBe(`service: ${signal} during the shutdown, leaving at once`)
    await expect(answer).rejects.toThrow('fetch failed')
  })

  it('does not live on for the sake of its lifecycle', async () => {
    expect(await startProgram('idle.ts').exited).toBe(0)
  })
})

describe('a process with an error that nobody has caught', () => {
  it.each(['/throw', '/reject'])('answers other requests, and ends with 1: %s', async path => {
    const service = await startService({ graceMs: 3_600_000, closeMs: 500 })
    const slow = fetch(`${service.origin}/slow`)
    await service.said('request')
    const failing = new AbortController()
    const failed = fetch(service.origin + path, { signal: failing.signal })
    failed.catch(() => {})

    expect(await service.said('service: uncaught error')).toHaveProperty('err')
    await service.said('listener closed')
    service.release()
    failing.abort()

    expect((await slow).status).toBe(200)
    expect(await service.exited).toBe(1)
    expect(service.lines.at(-1)).toMatchObject({ message: 'service: shut down: uncaught error' })
  })
})

describe('an error that nobody has caught during a shutdown', () => {
  it('does not begin another one, and the process ends with 1', async () => {
    const service = await startService({ drainDelayMs: 1_000, graceMs: 3_600_000, closeMs: 500 })
    const slow = fetch(`${service.origin}/slow`)
    await service.said('request')
    service.signal('SIGTERM')
    await service.said('draining')
    const failing = new AbortController()
    const failed = fetch(`${service.origin}/throw`, { signal: failing.signal })
    failed.catch(() => {})

    await service.said('service: uncaught error')
    service.release()
    failing.abort()

    expect((await slow).status).toBe(200)
    expect(await service.exited).toBe(1)
    expect(service.lines.at(-1)).toMatchObject({ message: 'service: shut down: SIGTERM' })
  })
})

describe('a worker without a server', () => {
  it('ends the job that it has begun, and takes no other', async () => {
    const worker = startProgram('worker.ts')
    await worker.said('job 1 begins')

    worker.signal('SIGTERM')

    expect(await worker.exited).toBe(0)
    const messages = worker.messages()
    const begun = messages.filter(message => message.endsWith('begins'))
    expect(messages.filter(message => message.endsWith('ends'))).toHaveLength(begun.length)
    expect(messages.slice(messages.indexOf('draining'))).toEqual([
      'draining',
      `job ${begun.length} ends`,
      'queue closed',
      'service: shut down: SIGTERM',
    ])
  })
})
