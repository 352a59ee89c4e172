import type { CommonOptions, Operation, Policy, RunOptions } from '@holdfast/core'
import {
  definePolicy,
  duration,
  Emitter,
  integer,
  isEnabled,
  type KernelCall,
  type Runner,
  readOptions,
  readPolicyOptions,
  through,
  waitFor,
} from '@holdfast/core/kernel'
import type { BulkheadEvent } from './events.ts'
import { type Permit, permit } from './permit.ts'
import type { Slot } from './slot.ts'
import { type Holder, Slots } from './slots.ts'

/** Options of `bulkhead`. */
export interface BulkheadOptions extends CommonOptions {
  /** Calls that may run at once: an integer of at least 1, or Infinity. */
  readonly maxConcurrent: number
  /** Calls that may wait for a slot: an integer of at least 0, or Infinity. Default 0. */
  readonly maxQueued?: number | undefined
  /** How long a call may wait, in milliseconds, at least 0; with 0 none waits. Default Infinity: until its deadline. */
  readonly maxWaitMs?: number | undefined
  /**
   * How long work may go on in its slot after its caller was answered, in milliseconds, at least 0. Default 60 000;
   * Infinity never takes a slot back.
   */
  readonly reclaimMs?: number | undefined
}

/** What `bulkhead` makes. */
export interface Bulkhead extends Policy<never, BulkheadEvent> {
  /** Slots that are taken. */
  readonly active: number
  /** Calls that wait. */
  readonly queued: number
  /** Slots that there are. */
  readonly maxConcurrent: number
  /** Calls that may wait. */
  readonly maxQueued: number
  /** Changes the number of slots. What runs goes on; what waits gets new slots at once. Throws as `bulkhead` does. */
  readonly update: (options: { readonly maxConcurrent: number }) => void
  /**
   * Waits for a slot like a call does, by `maxQueued` and `maxWaitMs`, and rejects like one. The permit holds the slot
   * until it is released: `reclaimMs` does not apply to it.
   */
  readonly acquire: (options?: Pick<RunOptions, 'signal' | 'timeoutMs'>) => Promise<Permit>
  /** A permit at once, or undefined. */
  readonly tryAcquire: () => Permit | undefined
}

/**
 * Bounds how many calls run at once, so that one slow dependency cannot take all there is. Others wait in the order in
 * which they came, or are rejected with a `BulkheadFullError`. A slot is held until the work has really settled, also
 * when a timeout has answered the caller before.
 *
 * Throws a `TypeError` or `RangeError` for options that make no sense.
 *
 * @example
 * const reports = bulkhead({ maxConcurrent: 4, maxQueued: 100, maxWaitMs: 2_000 })
 * const report = await reports.run(() => renderReport(id))
 */
export function bulkhead(options: BulkheadOptions): Bulkhead {
  const { maxConcurrent, maxQueued, maxWaitMs, reclaimMs, ...identity } = readPolicyOptions('bulkhead', options, {
    maxConcurrent: integer(1),
    maxQueued: integer(0, 0),
    maxWaitMs: duration(0, Infinity),
    reclaimMs: duration(0, 60_000),
  })
  const emitter = new Emitter<BulkheadEvent>(identity)
  const slots = new Slots({ maxConcurrent, maxQueued, maxWaitMs, reclaimMs }, emitter)

  const link = (next: Runner): Runner => {
    const runQueued = (granted: Slot) => granted.runQueued(next)
    return through<Holder>(
      {
        enter: call => slots.enter(call),
        instead: <T>(operation: Operation<T>, call: KernelCall) =>
          slots.wait(call, operation).then(runQueued) as Promise<T>,
        onValue: (value, holder, call) => {
          holder.settled(call)
          return value
        },
        onError: (error, holder, call) => {
          holder.settled(call)
          throw error
        },
      },
      next,
    )
  }

  /** Undefined while the bulkhead is not enabled. */
  const takeOrWait = (call: KernelCall): Slot | Promise<Slot> | undefined =>
    isEnabled(identity) ? (slots.take(call) ?? slots.wait(call)) : undefined
  const holding = (slot: Slot | undefined): Permit => {
    // From now on it is up to who holds the permit, not to the call that waited for it.
    slot?.detach()
    return permit(() => slot?.release())
  }

  return definePolicy<never, BulkheadEvent, Omit<Bulkhead, keyof Policy>>(
    {
      emitter,
      link,
      standing: () => (slots.active + slots.queued > 0 ? 'busy' : 'idle'),
      traits: { isExclusive: true },
    },
    {
      get active() {
        return slots.active
      },
      get queued() {
        return slots.queued
      },
      get maxConcurrent() {
        return slots.options.maxConcurrent
      },
      maxQueued,
      update: changes => {
        const read = readOptions(`${identity.name}: update`, changes, { maxConcurrent: integer(1) })
        slots.options.maxConcurrent = read.maxConcurrent
        slots.handOver()
      },
      acquire: request => waitFor(identity, takeOrWait, request).then(holding),
      tryAcquire: () => {
        if (!isEnabled(identity)) return holding(undefined)
        const slot = slots.take(undefined)
        return slot && holding(slot)
      },
    },
  )
}
