import { returns, scripted, throws } from '@holdfast/testing'
import { circuitBreaker, consecutiveFailures, pipeline, retry, UnknownOutcomeError } from 'holdfast'
import { expect, it } from 'vitest'

it('an unknown outcome is not repeated by any retry, and is a failure to a breaker', async () => {
  const breaker = circuitBreaker({ trip: consecutiveFailures(1) })
  const lost = new UnknownOutcomeError('orders', 'COMMIT')
  const operation = scripted([throws(lost), returns('committed twice')])

  const outcome = pipeline(retry({ handles: () => true }), breaker).run(operation)

  await expect(outcome).rejects.toBe(lost)
  expect(breaker.state).toBe('open')
})
