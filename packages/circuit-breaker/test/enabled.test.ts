import { circuitBreaker } from '@holdfast/circuit-breaker'
import type { AnyPolicy } from '@holdfast/core'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail } from './brittle.ts'

describe('circuit breaker', () => {
  it('is not there for calls while enabled says false', async () => {
    let isEnabled = true
    const breaker: AnyPolicy = brittle(virtualClock(), { enabled: () => isEnabled })
    await fail(breaker)

    isEnabled = false
    const answer = await breaker.run(() => 'passed')
    isEnabled = true
    const rejection = await rejectionOf(breaker.run(() => 'not called'))

    expect(answer).toBe('passed')
    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
  })

  it('counts nothing while enabled says false', async () => {
    const breaker = brittle(virtualClock(), { enabled: () => false })

    await fail(breaker, 3)

    expect(breaker.state).toBe('closed')
  })

  it('gives permits that count nothing, and is available, while enabled says false', async () => {
    let isEnabled = true
    const breaker = brittle(virtualClock(), { enabled: () => isEnabled })
    await fail(breaker)

    isEnabled = false
    const permit = breaker.tryAcquire()
    permit?.success()
    await breaker.whenAvailable()

    expect(permit).toBeDefined()
    expect(breaker.state).toBe('open')
  })

  it('rejects with what enabled throws', async () => {
    const fault = new Error('lever is broken')
    const enabled = (): never => {
      throw fault
    }

    const rejection = await rejectionOf(circuitBreaker({ enabled }).run(() => 'not called'))

    expect(rejection).toBe(fault)
  })
})
