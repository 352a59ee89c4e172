import { sharedRegistry } from '@holdfast/fixtures/shared-registry'
import { permanent, retryInfo } from '@holdfast/retry'
import { expect, it } from 'vitest'

it('two versions of retry find the marks and the records of each other by these names', () => {
  const registry = sharedRegistry() as { permanent: WeakSet<object>; retryInfo: WeakMap<object, unknown> }
  const [marked, recorded] = [permanent(new Error('404')), new Error('503')]
  registry.retryInfo.set(recorded, 'a record')

  expect(registry.permanent.has(marked)).toBe(true)
  expect(retryInfo(recorded)).toBe('a record')
})
