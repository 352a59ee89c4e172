/** What a user imports, by whose code it is. */
interface Imports {
  readonly name: string
  readonly entries: Readonly<Record<string, string>>
}

const only = (names: string, from: string): string => `export { ${names} } from '${from}'`

const five = 'bulkhead, circuitBreaker, failureRate, fallback, pipeline, retry, timeout'
const fiveOfCockatiel =
  'bulkhead, circuitBreaker, ExponentialBackoff, fallback, handleAll, retry, SamplingBreaker, timeout, TimeoutStrategy, wrap'

/** Each with what its README takes with it. */
export const imports: readonly Imports[] = [
  {
    name: 'retry alone',
    entries: {
      holdfast: only('retry', 'holdfast'),
      cockatiel: only('retry, handleAll, ExponentialBackoff', 'cockatiel'),
      'p-retry': only('default', 'p-retry'),
    },
  },
  {
    name: 'timeout alone',
    entries: {
      holdfast: only('timeout', 'holdfast'),
      cockatiel: only('timeout, TimeoutStrategy', 'cockatiel'),
      'p-timeout': only('default', 'p-timeout'),
    },
  },
  {
    name: 'circuit breaker alone',
    entries: {
      holdfast: only('circuitBreaker, failureRate', 'holdfast'),
      cockatiel: only('circuitBreaker, handleAll, SamplingBreaker', 'cockatiel'),
      opossum: only('default', 'opossum'),
    },
  },
  {
    name: 'bulkhead alone',
    entries: {
      holdfast: only('bulkhead', 'holdfast'),
      cockatiel: only('bulkhead', 'cockatiel'),
      'p-limit': only('default', 'p-limit'),
    },
  },
  {
    name: 'fallback alone',
    entries: { holdfast: only('fallback', 'holdfast'), cockatiel: only('fallback, handleAll', 'cockatiel') },
  },
  {
    name: 'all five in a pipeline',
    entries: { holdfast: only(five, 'holdfast'), cockatiel: only(fiveOfCockatiel, 'cockatiel') },
  },
  {
    name: 'everything',
    entries: { holdfast: "export * from 'holdfast'", cockatiel: "export * from 'cockatiel'" },
  },
]

export const allFive: string = only(five, 'holdfast')
