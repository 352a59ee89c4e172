import { exploreSchedules, record, type Schedule } from '@holdfast/testing'
import { type Clock, isHoldfastError, type Policy, pipeline, type TimeoutEvent, timeout } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { type Caller, call, clockOfPolicies } from './schedules-caller.ts'
import { unhandledRejections } from './unhandled-rejections.ts'

const unhandled = unhandledRejections()
const broken = new Error('broken')

/** How work under a policy ends, and what becomes of its value. */
async function play(
  policyOf: (clock: Clock) => Policy<never, TimeoutEvent>,
  schedule: Schedule,
  operate: () => Promise<unknown>,
) {
  const { soon, run, random } = schedule
  const clock = clockOfPolicies(schedule.clock)
  const policy = policyOf(clock)
  const recording = record(policy)
  const discarded: unknown[] = []
  const caller = call(policy, operate, { discard: value => discarded.push(value), isAbortable: random() < 0.8, clock })
  // A timer of the same time as the limit, or any moment.
  if (random() < 0.5) schedule.clock.setTimeout(() => void caller.abort(), 100)
  else void soon('abort', caller.abort)
  await run()
  return { caller, recording, discarded }
}

/** Work that ends at any moment, or at the time of the limit. */
function work({ clock, soon, random }: Schedule, produced: unknown[]): () => Promise<unknown> {
  const end = (): unknown => {
    if (random() < 0.5) throw broken
    produced.push('value')
    return 'value'
  }
  return () => {
    if (random() < 0.5) return soon('end of the work', end)
    return new Promise<void>(resolve => {
      clock.setTimeout(resolve, 100)
    }).then(end)
  }
}

function kindOf({ outcome, reason }: Caller): string {
  if (outcome === undefined) return 'none'
  if ('value' in outcome) return 'value'
  if (outcome.error === reason) return 'abort'
  return isHoldfastError(outcome.error, 'ERR_HOLDFAST_TIMEOUT') ? outcome.error.policy : 'error'
}

async function explore(policyOf: (clock: Clock) => Policy<never, TimeoutEvent>): Promise<Set<string>> {
  const kinds = new Set<string>()
  await exploreSchedules(
    async schedule => {
      const produced: unknown[] = []
      const { caller, recording, discarded } = await play(policyOf, schedule, work(schedule, produced))

      const kind = kindOf(caller)
      kinds.add(kind)
      expect(caller.complaints).toEqual([])
      expect([caller.calls, schedule.clock.pendingTimers, unhandled]).toEqual([1, 0, []])
      // A value reaches one: the caller, or else whoever cleans up.
      expect(discarded).toEqual(kind === 'value' ? [] : produced)
      const expired = recording.of('timeout.expired').map(event => event.policy.name)
      if (['value', 'error'].includes(kind)) expect(recording.types).toEqual([])
      else if (kind !== 'abort') expect(expired).toContain(kind)
      // An abort may still come between a limit and the answer.
      else if (expired.length > 0) expect(caller.isAborted).toBe(true)
      const late = recording.of('timeout.settledLate').map(event => event.policy.name)
      expect(late.toSorted()).toEqual(expired.toSorted())
      expect(new Set(expired).size).toBe(expired.length)
    },
    { schedules: 800 },
  )
  return kinds
}

describe('a timeout, in whatever order things happen', () => {
  it('answers with one outcome, tells the same, and loses no value', async () => {
    const kinds = await explore(clock => timeout({ clock, timeoutMs: 100, name: 'limit' }))

    expect([...kinds].toSorted()).toEqual(['abort', 'error', 'limit', 'value'])
  })

  it('does so also within another of the same limit', async () => {
    const kinds = await explore(clock =>
      pipeline(timeout({ clock, timeoutMs: 100, name: 'outer' }), timeout({ clock, timeoutMs: 100, name: 'inner' })),
    )

    expect([...kinds].toSorted()).toEqual(['abort', 'error', 'inner', 'outer', 'value'])
  })
})
