import { type RecordedOperation, rejects, resolves, type Step, scripted, type VirtualClock } from '@holdfast/testing'

/** Errors that can be told apart, by identity and by message. */
export function errors(count: number): readonly [Error, ...Error[]] {
  return Array.from({ length: count }, (_, index) => new Error(`failure ${index + 1}`)) as [Error, ...Error[]]
}

/** An operation that rejects with each of `failures` in turn, and then, if one is given, resolves with `value`. */
export function failing<T = never>(
  clock: VirtualClock,
  failures: readonly unknown[],
  ...value: [] | [T]
): RecordedOperation<T> {
  const steps: Step<T>[] = failures.map(error => rejects(error))
  return scripted(value.length === 0 ? steps : [...steps, resolves(value[0])], { clock })
}

/** When the operation was called, in milliseconds since its first call. */
export function callTimes({ calls }: RecordedOperation<unknown>): number[] {
  return calls.map(({ atMs }) => atMs - (calls[0]?.atMs ?? 0))
}
