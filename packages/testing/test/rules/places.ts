import { type AnyPolicy, BulkheadFullError } from '@holdfast/core'
import { type KernelCall, type Runner, rejectWith } from '@holdfast/core/kernel'
import type { RuleOptions, RuleRejection, RuleSubject } from '@holdfast/testing'
import { layer, type Step } from './layers.ts'

/** What one call does with its place: it must call `free` once, whatever happens. */
export type Hold = (
  next: Runner,
  operation: Parameters<Step>[1],
  call: KernelCall,
  free: () => void,
) => Promise<unknown>

/** What rejects a run while another one has the only place. */
export const rejection: RuleRejection = {
  code: 'ERR_HOLDFAST_BULKHEAD_FULL',
  provoke: policy => {
    void policy.run(() => new Promise(() => {}))
    return policy.run(() => 'up')
  },
}

const full = (name: string): Error => new BulkheadFullError(name, { active: 1, queued: 0 })

/** A policy with one place, and none to wait in. */
export function onePlace(options: RuleOptions, hold: Hold, errorOf: (name: string) => Error = full): AnyPolicy {
  const name = options.name ?? 'place'
  let active = 0
  const free = (): void => {
    active--
  }
  return layer(options, (next, operation, call) => {
    if (active > 0) return rejectWith(() => errorOf(name))
    active++
    return hold(next, operation, call, free)
  })
}

/** What is put to the rules: a policy with one place, and how it holds it. */
export const withOnePlace = (hold: Hold): RuleSubject => ({
  make: options => onePlace(options, hold),
  maxConcurrent: 1,
  rejection,
})

/** Frees the place, and goes on with a value. */
export const freeing =
  <T>(free: () => void) =>
  (value: T): T => {
    free()
    return value
  }

/** Frees the place after an error, of which `isFreed` may except some. */
export const freeingAfter =
  (free: () => void, isFreed: (error: unknown) => boolean = () => true) =>
  (error: unknown): never => {
    if (isFreed(error)) free()
    throw error
  }

/** Frees the place at the end of the work, as it should be. */
export const freeAtTheEnd: Hold = (next, operation, call, free) =>
  next(operation, call).then(freeing(free), freeingAfter(free))
