import { pipeline } from '@holdfast/core'
import { isCollected } from '@holdfast/fixtures/garbage'
import { describe, expect, it } from 'vitest'

describe('a run with a limit', () => {
  it('does not hold the value that it has answered with last', async () => {
    const policy = pipeline()

    expect(await isCollected(() => policy.run(() => ({ name: 'product' }), { timeoutMs: 60_000 }))).toBe(true)
  })
})
