import { circuitBreaker } from '@holdfast/circuit-breaker'
import { keptShapes } from '@holdfast/fixtures/shared-registry'
import { expect, it } from 'vitest'

it('one admission is kept for ever, so that the engine does not forget how to be fast with admissions', () => {
  circuitBreaker()

  expect(keptShapes()).toContain('Admission')
})
