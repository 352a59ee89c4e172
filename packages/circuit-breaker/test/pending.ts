import type { AnyPolicy, RunOptions } from '@holdfast/core'

/** A call that goes on until it is told how to end. */
export interface Pending {
  readonly answer: Promise<unknown>
  /** Ends the work, and resolves when the caller has been answered. */
  readonly succeed: () => Promise<unknown>
  readonly fail: (error?: unknown) => Promise<unknown>
}

/** Starts a call under `policy`. */
export function begin(policy: AnyPolicy, options: RunOptions = {}): Pending {
  const ends: { readonly resolve: (value: string) => void; readonly reject: (error: unknown) => void }[] = []
  const work = new Promise<string>((resolve, reject) => {
    ends.push({ resolve, reject })
  })
  const answer = policy.run(() => work, options)
  const settled = answer.catch((error: unknown) => error)
  const end = (how: 'resolve' | 'reject', what: unknown): Promise<unknown> => {
    ends[0]?.[how](what as string)
    return settled
  }
  return {
    answer,
    succeed: () => end('resolve', 'up'),
    fail: (error = new Error('down')) => end('reject', error),
  }
}
