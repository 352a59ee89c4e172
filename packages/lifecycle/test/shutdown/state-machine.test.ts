import { createServer } from 'node:http'
import process from 'node:process'
import { circuitBreaker } from '@holdfast/circuit-breaker'
import { begin } from '@holdfast/fixtures/pending'
import { type Closable, ShutdownError } from '@holdfast/lifecycle'
import { retry } from '@holdfast/retry'
import { describe, expect, it } from 'vitest'
import { observedLife } from '../observed-life.ts'

const never = new Promise<never>(() => {})

/** A server without sockets, and how often it was told to close. */
function serverOfNothing() {
  const server = { closed: 0, close: () => server.closed++ }
  return server satisfies Closable
}

describe('a shutdown', () => {
  it('goes from state to state, each for its time', async () => {
    const server = serverOfNothing()
    const { life, clock, exits } = observedLife({ server })
    const states = [life.state]
    life.onClose('pool', () => never)

    life.started()
    states.push(life.state)
    const end = life.shutdown({ reason: 'deploy' })
    states.push(life.state)
    await clock.advance(999)
    expect(server.closed).toBe(0)
    await clock.advance(1)
    states.push(life.state)
    await clock.advance(2_000)
    states.push(life.state)
    await end

    expect(server.closed).toBe(1)
    expect(states).toEqual(['starting', 'running', 'draining', 'closing', 'stopped'])
    expect(exits).toEqual([1])
  })

  it('waits for no balancer before the service has started', async () => {
    const server = serverOfNothing()
    const { life, clock, exits } = observedLife({ server })

    await life.shutdown({ reason: 'no port' })

    expect([server.closed, exits, clock.pendingTimers]).toEqual([1, [0], 0])
  })

  it('leaves a server alone that does not listen', async () => {
    const server = { ...serverOfNothing(), listening: false }
    server.close = () => {
      throw new Error('not running')
    }
    const { life, exits } = observedLife({ server })

    await life.shutdown({ reason: 'no port' })

    expect(exits).toEqual([0])
  })

  it('begins by a signal, and ends at once by the second', async () => {
    const { life, clock, exits, lines } = observedLife({ server: serverOfNothing(), signals: ['SIGUSR2'] })
    life.started()

    process.emit('SIGUSR2', 'SIGUSR2')
    const afterFirst = [...exits]
    process.emit('SIGUSR2', 'SIGUSR2')

    expect(afterFirst).toEqual([])
    expect(exits).toEqual([128 + 12])
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'shop: shutting down: SIGUSR2'],
      ['warn', 'shop: SIGUSR2 during the shutdown, leaving at once'],
    ])
    await clock.runAll()
  })

  it('is begun once: all who ask wait for the same, and the first reason counts', async () => {
    const { life, clock, lines, exits } = observedLife({ server: serverOfNothing() })
    life.started()

    const ends = [life.shutdown({ reason: 'first', exitCode: 3 }), life.shutdown({ reason: 'second', exitCode: 4 })]
    await clock.advance(1_000)
    await Promise.all(ends)
    await life.shutdown({ reason: 'third' })

    expect(exits).toEqual([3])
    expect(lines.map(({ message }) => message)).toEqual(['shop: shutting down: first', 'shop: shut down: first'])
  })

  it('may be asked for again in a closer', async () => {
    const { life, exits } = observedLife()
    life.onClose('pool', () => void life.shutdown({ reason: 'again' }))

    await life.shutdown({ reason: 'deploy' })

    expect(exits).toEqual([0])
  })

  it('cannot be made to start', async () => {
    const { life } = observedLife()

    const end = life.shutdown({ reason: 'deploy' })
    life.started()

    expect(life.state).toBe('draining')
    await end
    expect(life.state).toBe('stopped')
  })

  it('tells draining first, and aborts what is left when the grace is over', async () => {
    const { life, clock, exits } = observedLife()
    const aborted: unknown[] = []
    life.draining.addEventListener('abort', () => aborted.push('draining'))
    life.signal.addEventListener('abort', () => aborted.push('signal'))
    const call = retry({ clock }).run(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        }),
      { signal: life.signal },
    )
    call.catch(error => aborted.push(error))

    const end = life.shutdown({ reason: 'deploy' })
    await clock.advance(9_999)
    expect(aborted).toEqual(['draining'])
    await clock.advance(1)
    await end

    const error = life.signal.reason as ShutdownError
    expect(aborted).toEqual(['draining', 'signal', error])
    expect(error).toBeInstanceOf(ShutdownError)
    expect(error).toMatchObject({
      name: 'ShutdownError',
      code: 'ERR_HOLDFAST_SHUTDOWN',
      reason: 'deploy',
      message: 'shop: shutting down (deploy), and the grace is over',
    })
    expect(exits).toEqual([1])
  })

  it('waits for calls through policies, those that began during it too', async () => {
    const { life, clock, exits } = observedLife()
    const first = begin(retry({ clock }))

    const end = life.shutdown({ reason: 'deploy' })
    const second = begin(retry({ clock }))
    await first.succeed()
    await clock.settle()
    expect(life.state).toBe('draining')
    await second.succeed()
    await end

    expect(exits).toEqual([0])
    expect(life.signal.aborted).toBe(false)
  })

  it('waits for no call with trackCalls: false', async () => {
    const { life, clock, exits } = observedLife({ trackCalls: false })
    void retry({ clock }).run(() => never)

    await life.shutdown({ reason: 'deploy' })

    expect(exits).toEqual([0])
  })

  it('aborts at once without a grace', async () => {
    const { life, clock, exits } = observedLife({ graceMs: 0 })
    void retry({ clock }).run(() => never)

    const end = life.shutdown({ reason: 'deploy' })
    await clock.advance(400 + 1)
    await end

    expect([life.signal.aborted, exits]).toEqual([true, [1]])
  })

  it('leaves no listener, observer or timer behind', async () => {
    const server = createServer()
    const events = ['SIGUSR2', 'uncaughtException', 'unhandledRejection'] as const
    const counts = (): number[] => events.map(event => process.listenerCount(event))
    const before = counts()
    const { life, clock, lines } = observedLife({ server, signals: ['SIGUSR2'], uncaughtErrors: true })
    const during = counts()

    await life.shutdown({ reason: 'deploy' })
    const told = lines.length
    circuitBreaker({ name: 'catalogue' }).isolate({ reason: 'after the end' })

    expect(during.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 0])
    expect(counts()).toEqual(before)
    expect(clock.pendingTimers).toBe(0)
    expect(lines).toHaveLength(told)
  })
})
