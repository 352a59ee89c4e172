import { AsyncLocalStorage } from 'node:async_hooks'
import { circuitBreaker } from '@holdfast/circuit-breaker'
import { type AnyPolicy, keyed, pipeline } from '@holdfast/core'
import { begin } from '@holdfast/fixtures/pending'
import { placements } from '@holdfast/fixtures/placements'
import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, scripted, virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { brittle, fail, succeed } from './brittle.ts'

/** Each call goes to the breaker of the key that is current. */
function perKey(clock: ReturnType<typeof virtualClock>, maxKeys: number) {
  const current = { key: 'a' }
  const policy = keyed({ by: () => current.key, make: name => brittle(clock, { name }), maxKeys, clock })
  const go = (key: string): AnyPolicy => {
    current.key = key
    return policy
  }
  return { policy, go }
}

describe('circuit breakers in keyed', () => {
  it('open one by one', async () => {
    const { policy, go } = perKey(virtualClock(), 2)

    await fail(go('a'))
    await succeed(go('b'))

    expect([policy.get('a')?.state, policy.get('b')?.state]).toEqual(['open', 'closed'])
  })

  it('make room closed before open', async () => {
    const { policy, go } = perKey(virtualClock(), 2)
    await fail(go('open'))
    await succeed(go('closed'))

    await succeed(go('new'))

    expect([...policy.entries()].map(([key]) => key)).toEqual(['open', 'new'])
  })

  it('make room when all are open, and the newcomer starts closed', async () => {
    const { policy, go } = perKey(virtualClock(), 2)
    const recording = record(policy)
    await fail(go('one'))
    await fail(go('two'))

    await succeed(go('new'))

    expect([...policy.entries()].map(([key]) => key)).toEqual(['two', 'new'])
    expect(recording.of('keyed.evicted')).toHaveLength(1)
  })

  it('do not make room while a call is under way', async () => {
    const { policy, go } = perKey(virtualClock(), 1)
    const call = begin(go('busy'))

    await fail(go('new'))
    await call.succeed()

    expect(policy.get('busy')?.state).toBe('closed')
    expect(policy.get('new')).toBeUndefined()
  })

  it('tell their events under their own names', async () => {
    const { policy, go } = perKey(virtualClock(), 2)
    const recording = record(policy)

    await fail(go('a'))
    await fail(go('b'))

    expect(recording.events.map(event => event.policy.name)).toEqual(['a', 'b'])
  })
})

describe('circuit breakers in one pipeline', () => {
  it('do not count the rejections of one another', async () => {
    const clock = virtualClock()
    const [outer, inner] = [brittle(clock), brittle(clock)]
    inner.isolate()

    const rejection = await rejectionOf(pipeline(outer, inner).run(() => 'not called'))

    expect(rejection).toMatchObject({ isolated: true })
    expect(outer.state).toBe('closed')
  })

  it('both count what the operation does', async () => {
    const clock = virtualClock()
    const [outer, inner] = [brittle(clock), brittle(clock)]

    await fail(pipeline(outer, inner))

    expect([outer.state, inner.state]).toEqual(['open', 'open'])
  })

  it('are shared between pipelines', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const [reads, writes] = [pipeline(breaker), pipeline(breaker)]

    await fail(reads)
    const rejection = await rejectionOf(writes.run(() => 'not called'))

    expect(rejection).toMatchObject({ code: 'ERR_HOLDFAST_CIRCUIT_OPEN' })
  })
})

describe.each(placements)('circuit breaker, $place', ({ put }) => {
  it('calls the operation and the predicates in the async context of the caller', async () => {
    const clock = virtualClock()
    const storage = new AsyncLocalStorage<string[]>()
    const note = (what: string): unknown => storage.getStore()?.push(what)
    const handles = (): boolean => note('predicate') !== undefined
    const policy = put(circuitBreaker({ clock, handles }), clock)
    const down = rejects(new Error('down'), { afterMs: 10 })
    const failing = scripted([down, down], { clock })

    const run = async (): Promise<unknown> => {
      await rejectionOf(
        policy.run(call => {
          note('operation')
          return failing(call)
        }),
      )
      note('answer')
      return storage.getStore()
    }
    const both = Promise.all([storage.run([], run), storage.run([], run)])
    await clock.advance(10)

    expect(await both).toEqual([
      ['operation', 'predicate', 'answer'],
      ['operation', 'predicate', 'answer'],
    ])
  })

  it('ends all at once, and leaves nothing, when a thousand callers leave', async () => {
    const clock = virtualClock()
    const breaker = brittle(clock)
    const policy = put(breaker, clock)
    const controller = new AbortController()
    const operation = scripted(
      Array.from({ length: 1_000 }, () => hangs()),
      { clock },
    )

    const calls = Array.from({ length: 1_000 }, () =>
      rejectionOf(policy.run(call => operation(call), { signal: AbortSignal.any([controller.signal]) })),
    )
    controller.abort('enough')

    expect(new Set(await Promise.all(calls))).toEqual(new Set(['enough']))
    expect(breaker.state).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
    await clock.settle()
    expect(operation.running).toBe(0)
  })
})
