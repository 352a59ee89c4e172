import { isCollected } from '@holdfast/fixtures/garbage'
import { circuitBreaker, type Policy, pipeline, timeout } from 'holdfast'
import { describe, expect, it } from 'vitest'

describe('a policy', () => {
  it.each<[string, Policy]>([
    ['a timeout', timeout({ timeoutMs: 800 })],
    ['a timeout inside another layer', pipeline(circuitBreaker(), timeout({ timeoutMs: 800 }))],
  ])('does not hold the value that it has answered with last: %s', async (_, policy) => {
    expect(await isCollected(() => policy.run(() => ({ name: 'product' })))).toBe(true)
  })
})
