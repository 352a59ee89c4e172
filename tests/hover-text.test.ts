import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Modules, writeModules } from './modules.ts'

const preamble = `
import { bulkhead, circuitBreaker, fallback, keyed, pipeline, protect, retry, timeout } from 'holdfast'
const five = pipeline(
  fallback({ to: () => 'none' as const }),
  retry(),
  circuitBreaker(),
  timeout({ timeoutMs: 800 }),
  bulkhead({ maxConcurrent: 4 }),
)
`

/** What an editor shows for an expression: the compiler says it when the value goes where none can. */
const shown: readonly (readonly [expression: string, text: string])[] = [
  ['retry()', 'Retry'],
  ['circuitBreaker()', 'CircuitBreaker'],
  ['bulkhead({ maxConcurrent: 4 })', 'Bulkhead'],
  ["fallback({ to: () => 'none' })", 'Policy<string, FallbackEvent>'],
  ['pipeline(retry(), timeout({ timeoutMs: 800 }))', 'Policy<never, RetryEvent | TimeoutEvent>'],
  ['five', 'Policy<"none", BulkheadEvent | CircuitEvent | FallbackEvent | RetryEvent | TimeoutEvent>'],
  ['five.run(async () => 42)', 'Promise<number | "none">'],
  [
    'five.run',
    '<T>(operation: Operation<T>, options?: Call | RunOptions<NoInfer<T>> | undefined) => Promise<"none" | T>',
  ],
  ['keyed({ by: () => 1, make: () => retry() })', 'Keyed<number, Retry>'],
  ['protect(five, (id: string) => id.length)', '(this: unknown, id: string) => Promise<number | "none">'],
]

describe('the type that an editor shows', () => {
  let modules: Modules
  let errors: string[]

  beforeAll(async () => {
    const codes = shown.map(
      ([expression], index) => [`hover-${index}.ts`, `${preamble}export const shown: never = ${expression}\n`] as const,
    )
    modules = writeModules(new Map(codes))
    errors = await modules.typeErrors()
  })
  afterAll(() => rmSync(modules.folder, { recursive: true }))

  it.each(shown.map(([expression, text], index) => [expression, text, index] as const))(
    'for %s is %s',
    (_, text, index) => {
      const error = errors.find(line => line.startsWith(`hover-${index}.ts`))

      expect(error).toContain(`Type '${text}' is not assignable to type 'never'.`)
    },
  )
})
