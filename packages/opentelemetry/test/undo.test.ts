import { circuitBreaker, consecutiveFailures } from '@holdfast/circuit-breaker'
import { instrument } from '@holdfast/opentelemetry'
import { retry, retryBudget } from '@holdfast/retry'
import { rejects, resolves, scripted, virtualClock } from '@holdfast/testing'
import { metrics, trace } from '@opentelemetry/api'
import { describe, expect, it, onTestFinished } from 'vitest'
import { logged } from './logged.ts'
import { attempts, measured, seconds } from './measured.ts'
import { traced, tracedToo } from './traced.ts'

const VALUE = { 'holdfast.outcome': 'value' }
const fail = (): Promise<never> => Promise.reject(new Error('down'))

describe('the undo of instrument', () => {
  it('ends all counting', async () => {
    const telemetry = measured()
    const policy = retry({ name: 'measured', budget: false })
    await policy.run(() => 'fresh')
    const before = await telemetry.of('measured')

    telemetry.stop()
    await policy.run(() => 'fresh')

    expect(before).toMatchObject({ 'holdfast.call.attempts': [[VALUE, attempts(1)]] })
    expect(await telemetry.of('measured')).toEqual(before)
  })

  it('ends the looking at policies by readers of metrics', async () => {
    let looks = 0
    const remaining = (): number => ++looks
    const policy = retry({ name: 'looked at', budget: { ...retryBudget(), remaining } })
    const telemetry = measured()
    await telemetry.read()
    const before = looks

    telemetry.stop()
    await telemetry.read()

    expect([policy.name, before, looks]).toEqual(['looked at', 1, 1])
  })

  it('ends spans and log records', async () => {
    const spans = traced()
    const { records, stop } = logged()
    const breaker = circuitBreaker({ name: 'silent', trip: consecutiveFailures(1) })

    stop()
    spans.stop()
    await expect(breaker.run(fail)).rejects.toThrow()

    expect(breaker.state).toBe('open')
    expect(spans.tree()).toEqual([])
    expect(records).toEqual([])
  })

  it('is harmless the second time, and leaves the instrumentation of others alone', async () => {
    const [one, other] = [measured(), measured()]

    one.stop()
    one.stop()
    await retry({ name: 'still', budget: false }).run(() => 'fresh')

    expect(await one.of('still')).toEqual({})
    expect((await other.of('still'))['holdfast.call.attempts']).toEqual([[VALUE, attempts(1)]])
  })

  it('leaves calls alone that are under way', async () => {
    const clock = virtualClock()
    const telemetry = measured()
    const spans = traced({ attemptSpans: true })
    const policy = retry({ name: 'under way', budget: false, clock })

    const answer = policy.run(scripted([rejects(new Error('down')), resolves('fresh', { afterMs: 10 })], { clock }))
    await clock.settle()
    telemetry.stop()
    spans.stop()
    await Promise.all([expect(answer).resolves.toBe('fresh'), clock.runAll()])

    expect(await telemetry.of('under way')).not.toHaveProperty('holdfast.call.duration')
  })

  it('can be followed by another instrumentation', async () => {
    const clock = virtualClock()
    const policy = retry({ name: 'again', budget: false, clock })
    measured().stop()

    const telemetry = measured()
    await policy.run(() => 'fresh')

    expect(await telemetry.of('again')).toEqual({
      'holdfast.call.duration': [[VALUE, seconds(0)]],
      'holdfast.attempt.duration': [[VALUE, seconds(0)]],
      'holdfast.call.attempts': [[VALUE, attempts(1)]],
    })
  })
})

describe('two instrumentations at once', () => {
  it('measure the same, each by itself', async () => {
    const both = [measured(), measured()]

    await retry({ name: 'twice', maxAttempts: 1, budget: false, clock: virtualClock() }).run(() => 'fresh')

    const [one, other] = await Promise.all(both.map(telemetry => telemetry.of('twice')))
    expect(one).toMatchObject({ 'holdfast.call.attempts': [[VALUE, attempts(1)]] })
    expect(other).toEqual(one)
  })

  it('have spans with the same events, also of those that no call is told to have caused', async () => {
    const spans = traced()
    const others = tracedToo()
    const breaker = circuitBreaker({ name: 'both', trip: consecutiveFailures(1), clock: virtualClock() })

    await expect(breaker.run(fail)).rejects.toThrow()

    const names = ['attempt.started', 'attempt.settled', 'circuit.opened']
    expect(spans.ended('both').map(({ events }) => events.map(([name]) => name))).toEqual([names])
    expect(others.ended('both')).toEqual(spans.ended('both'))
  })
})

describe('instrument without options', () => {
  it('uses the global providers, as they are when it is called', async () => {
    const [telemetry, spans] = [measured(), traced()]
    telemetry.stop()
    spans.stop()
    metrics.setGlobalMeterProvider(telemetry.meterProvider)
    trace.setGlobalTracerProvider(spans.tracerProvider)
    onTestFinished(() => {
      metrics.disable()
      trace.disable()
    })

    onTestFinished(instrument())
    await retry({ name: 'global', budget: false }).run(() => 'fresh')

    expect(spans.tree()).toEqual(['global'])
    expect((await telemetry.of('global'))['holdfast.call.attempts']).toEqual([[VALUE, attempts(1)]])
  })

  it('costs nothing but time where there is no SDK', async () => {
    onTestFinished(instrument())

    await expect(retry({ name: 'no SDK' }).run(() => 'fresh')).resolves.toBe('fresh')
    await expect(retry({ name: 'no SDK', maxAttempts: 1 }).run(fail)).rejects.toThrow('down')
  })
})
