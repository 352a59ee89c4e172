import { isProtective } from '@holdfast/core'
import { decides, type Failure, isUnlimited, isUnwantedPromise, type KernelCall, show } from '@holdfast/core/kernel'
import type { StopReason } from './info.ts'
import type { FailedAttempt, RetrySettings } from './options.ts'
import { isPermanent } from './permanent.ts'

type Stop = Exclude<StopReason, 'succeeded'>

/** What follows: another attempt after a wait, or none. */
export type Verdict = { readonly delayMs: number } | { readonly stop: Stop }

/** What callbacks are told of a failure. */
export function failedAttempt(failure: Failure, attempt: number, call: KernelCall): FailedAttempt {
  return { error: undefined, result: undefined, ...failure, attempt, call }
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
  const { clock, maxAttempts, budget } = settings
  if (call.cancelled !== undefined) return { stop: 'cancelled' }
  const failed = failedAttempt(failure, attempt, call)
  const stop = 'error' in failure ? reasonToStop(settings, failed) : undefined
  if (stop !== undefined) return { stop }
  if (attempt >= maxAttempts) return { stop: 'attempts' }
  const delayMs = delayAfter(settings, failed, previousMs)
  // A callback may have aborted the call.
  if (call.cancelled !== undefined) return { stop: 'cancelled' }
  if (isUnlimited(delayMs) || clock.nowMs() + delayMs >= call.deadlineMs) return { stop: 'deadline' }
  const isGranted = budget === false || decides(settings.name, 'withdraw of the budget', budget.withdraw(clock, call))
  return isGranted ? { delayMs } : { stop: 'budget' }
}

/** What is never repeated, before `handles` is asked. */
function reasonToStop({ name, handles }: RetrySettings, failed: FailedAttempt): Stop | undefined {
  if (isPermanent(failed.error)) return 'permanent'
  if (isProtective(failed.error)) return 'protective'
  return handles === undefined || decides(name, 'handles', handles(failed)) ? undefined : 'unhandled'
}

function delayAfter(
  { name, backoff, delayFor, random }: RetrySettings,
  failed: FailedAttempt,
  previousMs?: number,
): number {
  const { attempt, error, call } = failed
  const delayMs = checked(name, 'backoff', backoff({ attempt, error, call, previousMs, random }))
  const named = delayFor?.({ ...failed, delayMs })
  return named === undefined ? delayMs : checked(name, 'delayFor', named)
}

function checked(name: string, option: string, delayMs: unknown): number {
  if (typeof delayMs === 'number' && delayMs >= 0) return delayMs
  isUnwantedPromise(delayMs)
  const ErrorClass = typeof delayMs === 'number' ? RangeError : TypeError
  throw new ErrorClass(`${name}: ${option} must say a number of milliseconds, at least 0, got ${show(delayMs)}`)
}
