import { isProtective } from '@holdfast/core'
import { decides, errorFacts, type KernelCall, show } from '@holdfast/core/kernel'
import type { FailureFacts } from './events.ts'
import type { StopReason } from './info.ts'
import type { FailedAttempt, RetrySettings } from './options.ts'
import { isPermanent } from './permanent.ts'

const LONGEST_WAIT_MS = 2 ** 31 - 1

/** How an attempt failed. */
export type Failure = { readonly error: unknown } | { readonly result: unknown }

/** What follows: another attempt after a wait, or none. */
export type Verdict = { readonly delayMs: number } | { readonly stop: Exclude<StopReason, 'succeeded'> }

/** What callbacks are told of a failure. */
export function failedAttempt(failure: Failure, attempt: number, call: KernelCall): FailedAttempt {
  return {
    error: 'error' in failure ? failure.error : undefined,
    result: 'result' in failure ? failure.result : undefined,
    attempt,
    call,
  }
}

/** What events tell of a failure. */
export function factsOf(failure: Failure): FailureFacts {
  const isResult = 'result' in failure
  return isResult
    ? { error: undefined, errorName: 'result', errorCode: undefined, isResult }
    : { ...errorFacts(failure.error), isResult }
}

/** Whether a result is none that `handlesResult` judges a failure. */
export function succeeds({ name, handlesResult }: RetrySettings, call: KernelCall, result: unknown): boolean {
  if (handlesResult === undefined || call.cancelled !== undefined) return true
  return !decides(name, 'handlesResult', handlesResult(result))
}

/** Decides on the next attempt, and takes it from the budget. Throws what callbacks throw. */
export function judge(
  settings: RetrySettings,
  call: KernelCall,
  failure: Failure,
  attempt: number,
  previousMs?: number,
): Verdict {
  const { name, clock, maxAttempts, budget, handles } = settings
  if (call.cancelled !== undefined) return { stop: 'cancelled' }
  const failed = failedAttempt(failure, attempt, call)
  if ('error' in failure) {
    if (isPermanent(failure.error)) return { stop: 'permanent' }
    if (isProtective(failure.error)) return { stop: 'protective' }
    if (handles !== undefined && !decides(name, 'handles', handles(failed))) return { stop: 'unhandled' }
  }
  if (attempt >= maxAttempts) return { stop: 'attempts' }
  const delayMs = delayAfter(settings, failed, previousMs)
  if (delayMs > LONGEST_WAIT_MS) return { stop: 'deadline' }
  if (call.deadlineMs < Infinity && clock.nowMs() + delayMs >= call.deadlineMs) return { stop: 'deadline' }
  if (budget !== false && !budget.withdraw(clock)) return { stop: 'budget' }
  return { delayMs }
}

function delayAfter(
  { name, backoff, delayFor, random }: RetrySettings,
  failed: FailedAttempt,
  previousMs?: number,
): number {
  const { attempt, error, call } = failed
  const delayMs = checked(name, 'backoff', backoff({ attempt, error, call, previousMs, random }))
  return delayFor === undefined ? delayMs : checked(name, 'delayFor', delayFor({ ...failed, delayMs }) ?? delayMs)
}

function checked(name: string, option: string, delayMs: unknown): number {
  if (typeof delayMs === 'number' && delayMs >= 0) return delayMs
  const ErrorClass = typeof delayMs === 'number' ? RangeError : TypeError
  throw new ErrorClass(`${name}: ${option} must say a number of milliseconds, at least 0, got ${show(delayMs)}`)
}
