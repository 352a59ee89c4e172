import { bulkhead } from '@holdfast/bulkhead'
import { keptShapes } from '@holdfast/fixtures/shared-registry'
import { expect, it } from 'vitest'

it('one slot is kept for ever, so that the engine does not forget how to be fast with slots', () => {
  bulkhead({ maxConcurrent: 1 })

  expect(keptShapes()).toContain('Slot')
})
