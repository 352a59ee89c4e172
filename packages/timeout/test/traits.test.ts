import { holdfast } from '@holdfast/core/kernel'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'

describe('what a timeout tells pipelines of itself', () => {
  it('is its limit, unless that differs from call to call', () => {
    expect(timeout({ timeoutMs: 800 })[holdfast].traits).toEqual({ timeoutMs: 800 })
    expect(timeout({ timeoutMs: () => 800 })[holdfast].traits).toEqual({})
  })
})
