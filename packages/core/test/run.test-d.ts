import { type Call, type CallContext, type Operation, type Policy, protect, type RunOptions } from '@holdfast/core'
import { describe, expectTypeOf, it } from 'vitest'

interface User {
  readonly id: string
}

declare const policy: Policy
declare const stale: Policy<'stale'>
declare const user: User
declare const call: Call

describe('run', () => {
  it('answers with what the operation returns, resolves with, or has in its thenable', () => {
    expectTypeOf(policy.run(() => user)).toEqualTypeOf<Promise<User>>()
    expectTypeOf(policy.run(async () => user)).toEqualTypeOf<Promise<User>>()
    expectTypeOf(policy.run((): PromiseLike<User> => Promise.resolve(user))).toEqualTypeOf<Promise<User>>()
    expectTypeOf(policy.run((): User | Promise<User> => user)).toEqualTypeOf<Promise<User>>()
    expectTypeOf(policy.run(() => {})).toEqualTypeOf<Promise<void>>()
    expectTypeOf(
      policy.run((): never => {
        throw new Error('down')
      }),
    ).toEqualTypeOf<Promise<never>>()
  })

  it('adds what the policy adds', () => {
    expectTypeOf(stale.run(() => user)).toEqualTypeOf<Promise<User | 'stale'>>()
  })

  it('tells the operation of its call', () => {
    void policy.run(given => {
      expectTypeOf(given).toEqualTypeOf<Call>()
      expectTypeOf(given.signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(given.attempt).toEqualTypeOf<number>()
      expectTypeOf(given.deadlineMs).toEqualTypeOf<number>()
      expectTypeOf(given.remainingMs()).toEqualTypeOf<number>()
      expectTypeOf(given.context).toEqualTypeOf<CallContext>()
    })
  })

  it('takes options, or the call that it is within', () => {
    expectTypeOf(policy.run(() => user, { signal: call.signal, timeoutMs: 50 })).toEqualTypeOf<Promise<User>>()
    expectTypeOf(policy.run(() => user, call)).toEqualTypeOf<Promise<User>>()
    expectTypeOf(policy.run(() => user, undefined)).toEqualTypeOf<Promise<User>>()
    expectTypeOf(policy.run(() => user, { signal: undefined })).toEqualTypeOf<Promise<User>>()
  })

  it('passes the value of the operation to `discard`, and never infers it from there', () => {
    void policy.run(() => user, { discard: late => expectTypeOf(late).toEqualTypeOf<User>() })
    void policy.run(async () => user, { discard: late => expectTypeOf(late).toEqualTypeOf<User>() })
    // @ts-expect-error: the operation answers with a user
    void policy.run(() => user, { discard: (late: number) => late })
  })

  it('refuses what can be no option', () => {
    // @ts-expect-error: there is no such option
    void policy.run(() => user, { timeout: 50 })
    // @ts-expect-error: null is no signal
    void policy.run(() => user, { signal: null })
    // @ts-expect-error: a promise is no operation
    void policy.run(Promise.resolve(user))
  })

  it('accepts an operation that was written with its type', () => {
    const operation: Operation<User> = ({ signal }) => (signal.aborted ? Promise.resolve(user) : user)

    expectTypeOf(policy.run(operation)).toEqualTypeOf<Promise<User>>()
  })

  it('has options that others can pass on', () => {
    const options: RunOptions<User> = { timeoutMs: 50 }

    expectTypeOf(policy.run(() => user, options)).toEqualTypeOf<Promise<User>>()
  })
})

describe('protect', () => {
  it('keeps the arguments, and makes the result a promise', () => {
    const find = protect(policy, (id: string, limit?: number) => [{ id, limit }])

    expectTypeOf(find).parameters.toEqualTypeOf<[id: string, limit?: number | undefined]>()
    expectTypeOf(find).returns.toEqualTypeOf<Promise<{ id: string; limit: number | undefined }[]>>()
  })

  it('does not wrap a promise again, and adds what the policy adds', () => {
    const find = protect(stale, async (id: string) => ({ ...user, id }))

    expectTypeOf(find).returns.toEqualTypeOf<Promise<{ id: string } | 'stale'>>()
  })

  it('keeps `this`', () => {
    const find = protect(policy, function (this: { readonly table: string }, id: string) {
      return this.table + id
    })

    expectTypeOf(find).thisParameter.toEqualTypeOf<{ readonly table: string }>()
    // @ts-expect-error: there is no table
    void find('42')
  })

  it('keeps the type parameters of a generic function', () => {
    const echo = protect(policy, <T>(value: T) => value)

    expectTypeOf(echo(5)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(echo('5')).toEqualTypeOf<Promise<string>>()
  })
})
