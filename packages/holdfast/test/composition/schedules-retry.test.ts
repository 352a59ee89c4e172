import { exploreSchedules, record, type Schedule } from '@holdfast/testing'
import { constant, isHoldfastError, type RunOptions, retry } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { type Caller, call, clockOfPolicies } from './schedules-caller.ts'
import { unhandledRejections } from './unhandled-rejections.ts'

const unhandled = unhandledRejections()
const reset = new Error('reset')
const expired = new Error('token expired')

/** Calls of which each attempt fails every second time, and says so at some moment. */
function flakyCall(schedule: Schedule, options: RunOptions) {
  const { soon, random } = schedule
  const clock = clockOfPolicies(schedule.clock)
  const policy = retry({
    clock,
    random,
    maxAttempts: 3,
    budget: false,
    backoff: constant({ delayMs: 100 }),
    beforeRetry: () =>
      soon('refresh of the token', () => {
        if (random() < 0.2) throw expired
      }),
  })
  const recording = record(policy)
  const attempts: { readonly attempt: number; readonly isGood: boolean }[] = []
  let running = 0
  let most = 0
  const caller = call(
    policy,
    ({ attempt }) => {
      most = Math.max(most, ++running)
      return soon(`end of attempt ${attempt}`, () => {
        running--
        const isGood = random() < 0.4
        attempts.push({ attempt, isGood })
        if (!isGood) throw reset
        return attempt
      })
    },
    { ...options, clock },
  )
  return { caller, recording, attempts, most: () => most }
}

function kindOf({ outcome, reason }: Caller): string {
  if (outcome === undefined) return 'none'
  if ('value' in outcome) return 'value'
  if (outcome.error === reason) return 'abort'
  if (isHoldfastError(outcome.error, 'ERR_HOLDFAST_TIMEOUT')) return 'limit'
  return outcome.error === expired ? 'refresh' : 'error'
}

describe('a retry, in whatever order things happen', () => {
  it('makes one attempt after the other, at most three, and none once its caller was answered', async () => {
    const kinds = new Set<string>()

    await exploreSchedules(
      async schedule => {
        const { clock, soon, run, random } = schedule
        const { caller, recording, attempts, most } = flakyCall(schedule, {})
        if (random() < 0.6) void soon('abort', caller.abort)

        await run()

        const { outcome, calls, reason, complaints } = caller
        const last = attempts.at(-1)
        expect(complaints).toEqual([])
        expect(attempts.map(({ attempt }) => attempt)).toEqual(Array.from({ length: calls }, (_, index) => index + 1))
        expect([calls <= 3, most(), clock.pendingTimers, unhandled]).toEqual([true, 1, 0, []])
        expect(attempts.slice(0, -1).filter(({ isGood }) => isGood)).toEqual([])
        kinds.add(kindOf(caller))
        if (outcome !== undefined && 'value' in outcome) {
          expect([last?.isGood, outcome.value, recording.of('retry.scheduled').length]).toEqual([
            true,
            calls,
            calls - 1,
          ])
        } else if (outcome?.error === reset) {
          expect([last?.isGood, calls, recording.types.at(-1)]).toEqual([false, 3, 'retry.exhausted'])
        } else if (outcome?.error === expired) {
          expect(recording.types).toEqual(Array.from({ length: calls }, () => 'retry.scheduled'))
        } else {
          expect(outcome).toEqual({ error: reason })
        }
      },
      { schedules: 600 },
    )

    expect([...kinds].toSorted()).toEqual(['abort', 'error', 'refresh', 'value'])
  })

  it('keeps to the deadline, also when a limit, an abort and a backoff end at the same time', async () => {
    const kinds = new Set<string>()

    await exploreSchedules(
      async schedule => {
        const { clock, soon, run } = schedule
        const beganMs = clock.nowMs()
        const { caller, recording } = flakyCall(schedule, { timeoutMs: 200 })
        clock.setTimeout(() => void caller.abort(), 200)
        void soon('work of others', () => {})

        await run()

        const { calls, complaints } = caller
        expect(complaints).toEqual([])
        expect([clock.pendingTimers, unhandled]).toEqual([0, []])
        for (const { atMs, delayMs } of recording.of('retry.scheduled')) {
          expect(atMs + delayMs).toBeLessThan(beganMs + 200)
        }
        const exhausted = recording.of('retry.exhausted').map(({ stopped }) => stopped)
        if (kindOf(caller) === 'error') expect(exhausted).toEqual([calls === 3 ? 'attempts' : 'deadline'])
        kinds.add(kindOf(caller))
      },
      { schedules: 600 },
    )

    expect([...kinds].toSorted()).toEqual(['abort', 'error', 'limit', 'refresh', 'value'])
  })
})
