import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { observe } from '@holdfast/core'
import { retry } from '@holdfast/retry'
import { describe, expect, it, onTestFinished } from 'vitest'
import { observedLife } from '../observed-life.ts'

const never = new Promise<never>(() => {})

describe('the audit', () => {
  it('has a line for the begin of a shutdown and one for its end', async () => {
    const { life, clock, lines } = observedLife({ server: { close: () => {} } })
    life.onClose('postgres', () => {})
    life.started()

    const end = life.shutdown({ reason: 'deploy' })
    await clock.advance(1_000)
    await end

    expect(lines).toEqual([
      { level: 'info', message: 'shop: shutting down: deploy', reason: 'deploy', requests: 0, calls: 0 },
      {
        level: 'info',
        message: 'shop: shut down: deploy',
        reason: 'deploy',
        durationMs: 1_000,
        aborted: { requests: 0, calls: 0 },
        closed: ['postgres closed'],
      },
    ])
  })

  it('tells what had to be aborted', async () => {
    const { life, clock, lines } = observedLife()
    void retry({ clock }).run(() => never)

    const end = life.shutdown({ reason: 'deploy' })
    await clock.advance(10_400)
    await end

    expect(lines).toEqual([
      { level: 'info', message: 'shop: shutting down: deploy', reason: 'deploy', requests: 0, calls: 1 },
      {
        level: 'warn',
        message: 'shop: the grace of 10000 ms is over, aborting what still runs',
        reason: 'deploy',
        requests: 0,
        calls: 1,
      },
      {
        level: 'warn',
        message: 'shop: shut down: deploy',
        reason: 'deploy',
        durationMs: 10_400,
        aborted: { requests: 0, calls: 1 },
        closed: [],
      },
    ])
  })

  it('has a line for what somebody does to a circuit by hand, and none for what it does itself', async () => {
    const { life, lines, clock } = observedLife()
    const breaker = circuitBreaker({ name: 'catalogue', trip: consecutiveFailures(1), clock })

    await breaker.run(() => Promise.reject(new Error('down'))).catch(() => {})
    breaker.isolate({ reason: 'incident 42' })
    breaker.close({ reason: 'incident 42 is over' })
    breaker.isolate()

    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'shop: circuit catalogue is isolated by hand: incident 42',
        policy: 'catalogue',
        reason: 'incident 42',
      },
      {
        level: 'warn',
        message: 'shop: circuit catalogue is closed by hand: incident 42 is over',
        policy: 'catalogue',
        reason: 'incident 42 is over',
      },
      {
        level: 'warn',
        message: 'shop: circuit catalogue is isolated by hand: no reason given',
        policy: 'catalogue',
        reason: 'no reason given',
      },
    ])
    await life.shutdown({ reason: 'over' })
  })

  it('is safe from text that would make lines of its own', async () => {
    const { life, lines } = observedLife()
    life.onClose('pool\nshop: all is well', () => never.catch(() => {}))
    const breaker = circuitBreaker({ name: 'catalogue' })

    breaker.isolate({ reason: 'x\r\nshop: all is well\u001b[2J' })
    void life.shutdown({ reason: `deploy\nshop: all is well${'!'.repeat(200)}` })

    expect(lines.map(({ reason }) => reason)).toEqual([
      'xshop: all is well[2J',
      `deployshop: all is well${'!'.repeat(96)}`,
    ])
    expect(lines.map(({ message }) => /\p{C}/u.test(message))).toEqual([false, false])
  })

  it('keeps nothing from being done when its logger fails', async () => {
    const closed: string[] = []
    const fail = (): never => {
      throw new Error('disk is full')
    }
    const { life, exits } = observedLife({
      logger: { info: fail, warn: () => Promise.reject(new Error('disk is full')), error: fail },
    })
    const faults: string[] = []
    onTestFinished(observe({ fault: ({ source }) => faults.push(source) }))
    life.onClose('postgres', () => closed.push('postgres'))
    life.onClose('redis', fail)

    await life.shutdown({ reason: 'deploy' })

    expect([closed, exits]).toEqual([['postgres'], [1]])
    expect(faults).toEqual(Array(3).fill('the logger of shop'))
  })
})
