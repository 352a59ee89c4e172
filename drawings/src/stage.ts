import { type VirtualClock, virtualClock } from '@holdfast/testing'
import { type AnyPolicy, type Call, isHoldfastError, type Operation, type PolicyEvent, pipeline } from 'holdfast'

/** Times are from the beginning of the scene, in milliseconds. */
interface Stretch {
  readonly caller: string
  readonly fromMs: number
  readonly toMs: number
}

/** One time that the dependency was called. */
interface Attempt extends Stretch {
  /** `cut`: its signal aborted before it had an answer. */
  readonly outcome: 'answered' | 'failed' | 'cut'
}

/** What a caller got, and how long it waited for that. */
interface Answer extends Stretch {
  readonly outcome: 'answered' | 'failed'
  /** The value, or the name of the error. */
  readonly text: string
}

/** How the dependency takes one call. */
export interface Step {
  readonly does: 'answers' | 'fails' | 'hangs'
  readonly afterMs?: number
}

/** Virtual time, a dependency and its callers, and notes of all that happens. */
export interface Stage {
  readonly clock: VirtualClock
  readonly nowMs: () => number
  readonly attempts: readonly Attempt[]
  /** Between two attempts, as the retry has planned them. */
  readonly waits: readonly Stretch[]
  readonly answers: readonly Answer[]
  /** Calls the dependency under these policies, outermost first, from now on. */
  readonly call: (caller: string, policies: readonly AnyPolicy[], stepOf: (attempt: number) => Step) => void
}

export function stage(): Stage {
  const clock = virtualClock()
  const startMs = clock.nowMs()
  const nowMs = (): number => clock.nowMs() - startMs
  const attempts: Attempt[] = []
  const waits: Stretch[] = []
  const answers: Answer[] = []

  return {
    clock,
    nowMs,
    attempts,
    waits,
    answers,
    call: (caller, policies, stepOf) => {
      const fromMs = nowMs()
      const whole = pipeline.named(caller, ...policies)
      whole.subscribe((event: PolicyEvent & { readonly delayMs?: number }) => {
        if (event.type !== 'retry.scheduled' || event.pipeline !== caller) return
        waits.push({ caller, fromMs: nowMs(), toMs: nowMs() + (event.delayMs ?? 0) })
      })
      const dependency: Operation<string> = call => {
        const begunMs = nowMs()
        const note = (outcome: Attempt['outcome']): unknown =>
          attempts.push({ caller, fromMs: begunMs, toMs: nowMs(), outcome })
        return play(stepOf(call.attempt), call, clock, note)
      }
      whole.run(dependency).then(
        value => answers.push({ caller, fromMs, toMs: nowMs(), outcome: 'answered', text: String(value) }),
        error => answers.push({ caller, fromMs, toMs: nowMs(), outcome: 'failed', text: textOf(error) }),
      )
    },
  }
}

/** Takes a call as the step says, until its signal aborts. */
function play(
  { does, afterMs = 0 }: Step,
  { signal }: Call,
  clock: VirtualClock,
  note: (outcome: Attempt['outcome']) => unknown,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const cut = (): void => {
      clock.clearTimeout(timer)
      note('cut')
      reject(signal.reason as Error)
    }
    const end = (): void => {
      signal.removeEventListener('abort', cut)
      note(does === 'answers' ? 'answered' : 'failed')
      if (does === 'answers') resolve('value')
      else reject(new Error('the dependency fails'))
    }
    const timer = does === 'hangs' ? undefined : clock.setTimeout(end, afterMs)
    signal.addEventListener('abort', cut)
  })
}

function textOf(error: unknown): string {
  return isHoldfastError(error) ? error.name : 'its error'
}
