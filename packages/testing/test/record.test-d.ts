import type { Policy, PolicyEvent } from '@holdfast/core'
import { type RecordedOperation, record, rejects, resolves, scripted } from '@holdfast/testing'
import { describe, expectTypeOf, it } from 'vitest'

interface Opened extends PolicyEvent {
  readonly type: 'circuit.opened'
}
interface Rejected extends PolicyEvent {
  readonly type: 'circuit.rejected'
  readonly retryAfterMs: number
}

declare const breaker: Policy<never, Opened | Rejected>

describe('record', () => {
  it('knows the events of the policy', () => {
    const recording = record(breaker)

    expectTypeOf(recording.events).toEqualTypeOf<readonly (Opened | Rejected)[]>()
    expectTypeOf(recording.of('circuit.rejected')).toEqualTypeOf<Rejected[]>()
    expectTypeOf(recording.types).toEqualTypeOf<readonly string[]>()
  })

  it('refuses a type that the policy does not tell', () => {
    // @ts-expect-error: a typo
    record(breaker).of('circuit.open')
  })
})

describe('scripted', () => {
  it('answers with what its steps resolve with', () => {
    expectTypeOf(scripted([rejects('down'), resolves('up')])).toEqualTypeOf<RecordedOperation<string>>()
    expectTypeOf(breaker.run(scripted([resolves(5)]))).toEqualTypeOf<Promise<number>>()
  })
})
