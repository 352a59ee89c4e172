import { type CommonOptions, type Policy, type PolicyEvent, pipeline } from '@holdfast/core'
import {
  type Cancellation,
  Dependent,
  definePolicy,
  Emitter,
  type KernelCall,
  type Runner,
  readPolicyOptions,
} from '@holdfast/core/kernel'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { limiting, passing, tapping } from './layers.ts'

interface Released extends PolicyEvent {
  readonly type: 'holding.released'
}

/** A layer that holds something while a call is in it, and writes down when that is released. */
function holding(log: string[], options: CommonOptions): Policy<never, Released> {
  const identity = readPolicyOptions('holding', options, {})
  const emitter = new Emitter<Released>(identity)
  class Held extends Dependent {
    override cancel(cancellation: Cancellation): void {
      log.push(`${identity.name} released for ${cancellation.origin}`)
      emitter.emit({ type: 'holding.released' })
    }
  }
  const link =
    (next: Runner): Runner =>
    (operation, call) => {
      const held = new Held()
      held.attach(call)
      return next(operation, call).finally(() => held.detach())
    }
  return definePolicy<never, Released, object>({ emitter, link }, {})
}

const hang = (): Promise<never> => new Promise(() => {})

describe('cancelling a call', () => {
  it('releases all that is held in it before a listener hears of any of it, and then aborts the signals', async () => {
    const log: string[] = []
    const clock = virtualClock()
    const controller = new AbortController()
    const layers = pipeline(
      holding(log, { name: 'outer', clock }),
      limiting({ limitMs: 800, clock }),
      holding(log, { name: 'inner', clock }),
      limiting({ limitMs: 800, clock }),
    )
    layers.subscribe(({ policy }) => log.push(`listener hears of ${policy.name}`))

    const answer = layers.run(
      ({ signal }) => {
        signal.addEventListener('abort', () => log.push('signal aborts'))
        return hang()
      },
      { signal: controller.signal },
    )
    controller.abort('enough')

    expect(log.slice(0, 2).toSorted()).toEqual(['inner released for caller', 'outer released for caller'])
    expect(log.slice(2, 4).toSorted()).toEqual(['listener hears of inner', 'listener hears of outer'])
    expect(log.slice(4)).toEqual(['signal aborts'])
    await expect(answer).rejects.toBe('enough')
  })

  it('tells those inside a layer that gave up that it was a timeout, and none of those outside', async () => {
    const log: string[] = []
    const clock = virtualClock()
    const layers = pipeline(
      holding(log, { name: 'outer', clock }),
      limiting({ limitMs: 50, clock }),
      holding(log, { name: 'inner', clock }),
    )

    const answer = layers.run(hang)
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    expect(log).toEqual(['inner released for timeout'])
  })

  it('is for the caller when the limit of the run passes', async () => {
    const log: string[] = []
    const clock = virtualClock()

    const answer = holding(log, { name: 'held', clock }).run(hang, { timeoutMs: 50 })
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    expect(log).toEqual(['held released for caller'])
  })

  it('says how long the limit was that passed', async () => {
    const clock = virtualClock()
    const calls: KernelCall[] = []
    const layers = pipeline(
      limiting({ limitMs: 50, clock }),
      tapping(call => calls.push(call), { clock }),
    )

    const answer = layers.run(hang)
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])

    expect(calls.map(call => call.cancelled)).toMatchObject([{ origin: 'timeout', limitMs: 50 }])
  })

  it('has no limit to tell of when the caller aborts', async () => {
    const calls: KernelCall[] = []
    const controller = new AbortController()

    const answer = tapping(call => calls.push(call)).run(hang, { signal: controller.signal })
    controller.abort('enough')

    await expect(answer).rejects.toBe('enough')
    expect(calls.map(call => call.cancelled)).toEqual([{ origin: 'caller', reason: 'enough', limitMs: Infinity }])
  })

  it('happens once, also to one who cancels twice', async () => {
    const tap = tapping(({ scope }) => {
      for (const reason of ['first', 'second']) scope.abort({ origin: 'loser', reason, limitMs: Infinity })
    })

    const answer = tap.run(() => 'up', { timeoutMs: 60_000 })

    await expect(answer).rejects.toBe('first')
  })

  it('happens once: the first reason stays', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const calls: KernelCall[] = []
    const layers = pipeline(
      limiting({ limitMs: 50, clock }),
      tapping(call => calls.push(call), { clock }),
    )

    const answer = layers.run(hang, { signal: controller.signal })
    await Promise.all([expect(answer).rejects.toHaveProperty('code', 'ERR_HOLDFAST_TIMEOUT'), clock.advance(50)])
    controller.abort('too late')

    expect(calls.map(call => call.cancelled?.origin)).toEqual(['timeout'])
  })

  it('reaches each of the calls that run at once, and none that has ended', async () => {
    const log: string[] = []
    const controller = new AbortController()
    const held = holding(log, { name: 'held' })

    const answer = passing().run(
      async call => {
        await held.run(() => 'up', call)
        return Promise.all([held.run(hang, call), held.run(hang, call), held.run(hang, call)])
      },
      { signal: controller.signal },
    )
    await virtualClock().settle()
    controller.abort('enough')

    await expect(answer).rejects.toBe('enough')
    expect(log).toEqual(Array.from({ length: 3 }, () => 'held released for caller'))
  })

  it('leaves out what has been released before, first, last or between others', async () => {
    const released: number[] = []
    class Held extends Dependent {
      readonly number: number
      constructor(number: number) {
        super()
        this.number = number
      }
      override cancel(): void {
        released.push(this.number)
      }
    }
    const controller = new AbortController()
    const tap = tapping(call => {
      const held = Array.from({ length: 6 }, (_, index) => new Held(index + 1))
      for (const one of held) one.attach(call)
      for (const number of [1, 3, 6, 5, 6]) held[number - 1]?.detach()
    })

    const answer = tap.run(hang, { signal: controller.signal })
    controller.abort('enough')

    await expect(answer).rejects.toBe('enough')
    expect(new Set(released)).toEqual(new Set([2, 4]))
  })
})
