import { type AddedBy, type EventOf, type Policy, type PolicyEvent, pipeline } from '@holdfast/core'
import { describe, expectTypeOf, it } from 'vitest'

interface Opened extends PolicyEvent {
  readonly type: 'circuit.opened'
}
interface Scheduled extends PolicyEvent {
  readonly type: 'retry.scheduled'
  readonly delayMs: number
}
interface Used extends PolicyEvent {
  readonly type: 'fallback.used'
}
interface Breaker extends Policy<never, Opened> {
  readonly state: 'open' | 'closed'
}

declare const breaker: Breaker
declare const retry: Policy<never, Scheduled>
declare const stale: Policy<'stale', Used>
declare const nothing: Policy<null, Used>

describe('pipeline', () => {
  it('adds nothing to the result when its members add nothing', () => {
    expectTypeOf(pipeline(retry, breaker)).toEqualTypeOf<Policy<never, Scheduled | Opened>>()
    expectTypeOf(pipeline(retry, breaker).run(() => 5)).toEqualTypeOf<Promise<number>>()
  })

  it('adds what its members add', () => {
    expectTypeOf(pipeline(stale, retry, nothing)).toEqualTypeOf<Policy<'stale' | null, Used | Scheduled>>()
    expectTypeOf(pipeline(stale, retry, nothing).run(async () => 5)).toEqualTypeOf<Promise<number | 'stale' | null>>()
  })

  it('infers all of one to eight members', () => {
    type Composed = Policy<'stale', Used | Scheduled | Opened>

    expectTypeOf(pipeline(stale)).toEqualTypeOf<Policy<'stale', Used>>()
    expectTypeOf(pipeline(stale, retry)).toEqualTypeOf<Policy<'stale', Used | Scheduled>>()
    expectTypeOf(pipeline(stale, retry, breaker)).toEqualTypeOf<Composed>()
    expectTypeOf(pipeline(stale, retry, breaker, retry)).toEqualTypeOf<Composed>()
    expectTypeOf(pipeline(stale, retry, breaker, retry, retry)).toEqualTypeOf<Composed>()
    expectTypeOf(pipeline(stale, retry, breaker, retry, retry, retry)).toEqualTypeOf<Composed>()
    expectTypeOf(pipeline(stale, retry, breaker, retry, retry, retry, retry)).toEqualTypeOf<Composed>()
    expectTypeOf(pipeline(stale, retry, breaker, retry, retry, retry, retry, nothing)).toEqualTypeOf<
      Policy<'stale' | null, Used | Scheduled | Opened>
    >()
  })

  it('infers the same with options last, and with the name first', () => {
    type Composed = Policy<'stale', Used | Scheduled | Opened>

    expectTypeOf(pipeline(stale, retry, breaker, { name: 'catalogue' })).toEqualTypeOf<Composed>()
    expectTypeOf(pipeline.named('catalogue', stale, retry, breaker)).toEqualTypeOf<Composed>()
  })

  it('is a policy without result or events of its own when it is empty', () => {
    expectTypeOf(pipeline()).toEqualTypeOf<Policy<never, never>>()
    expectTypeOf(pipeline({ name: 'catalogue' })).toEqualTypeOf<Policy<never, never>>()
    expectTypeOf(pipeline().run(() => 5)).toEqualTypeOf<Promise<number>>()
  })

  it('infers through pipelines within it', () => {
    expectTypeOf(pipeline(stale, pipeline(retry, breaker))).toEqualTypeOf<Policy<'stale', Used | Scheduled | Opened>>()
  })

  it('takes a list of members', () => {
    const members: Policy<never, Scheduled>[] = []

    expectTypeOf(pipeline(...members)).toEqualTypeOf<Policy<never, Scheduled>>()
  })

  it('takes nothing but policies, and one object of options that it knows', () => {
    // @ts-expect-error: a function is no policy
    pipeline(retry, () => retry)
    // @ts-expect-error: an object with a `run` of its own is no policy
    pipeline({ run: async () => 5 }, retry)
    // @ts-expect-error: options are the last argument
    pipeline({ name: 'catalogue' }, retry)
    // @ts-expect-error: there is no such option
    pipeline(retry, { nam: 'catalogue' })
    // @ts-expect-error: options have been given by the name
    pipeline.named('catalogue', retry, { name: 'other' })
    // @ts-expect-error: members are arguments, not a list
    pipeline([retry, breaker])
  })

  it('tells its listeners a union that narrows by type', () => {
    pipeline(retry, breaker).subscribe(event => {
      expectTypeOf(event).toEqualTypeOf<Scheduled | Opened>()
      if (event.type === 'retry.scheduled') expectTypeOf(event.delayMs).toEqualTypeOf<number>()
    })
    expectTypeOf(pipeline(retry).subscribe(() => {})).toEqualTypeOf<() => void>()
  })
})

describe('AddedBy and EventOf', () => {
  it('tell what a policy adds and says, also one with members of its own', () => {
    expectTypeOf<AddedBy<typeof stale>>().toEqualTypeOf<'stale'>()
    expectTypeOf<AddedBy<Breaker>>().toEqualTypeOf<never>()
    expectTypeOf<EventOf<Breaker>>().toEqualTypeOf<Opened>()
  })
})

describe('a policy', () => {
  it('can stand for one that adds and says more, and not for one that adds or says less', () => {
    expectTypeOf<Policy<never, Opened>>().toExtend<Policy<'stale', Opened | Used>>()
    expectTypeOf<Policy<'stale', Opened>>().not.toExtend<Policy<never, Opened>>()
    expectTypeOf<Policy<never, Opened | Used>>().not.toExtend<Policy<never, Opened>>()
    expectTypeOf<Breaker>().toExtend<Policy>()
  })
})
