import type { BulkheadEvent } from '@holdfast/bulkhead'
import { observe } from '@holdfast/core'
import * as fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Act, type Caller, Traffic } from './traffic.ts'

const acts = fc.array(
  fc.record<Act>({
    does: fc.constantFrom(
      'run',
      'run',
      'run',
      'runNothing',
      'acquire',
      'tryAcquire',
      'end',
      'fail',
      'release',
      'leave',
      'update',
    ),
    which: fc.nat(),
    ticks: fc.nat(6),
  }),
  { maxLength: 60, size: 'max' },
)

const replies = fc.array(
  fc.record<Act>({
    does: fc.constantFrom('run', 'runNothing', 'acquire', 'tryAcquire', 'end', 'release', 'leave', 'update', 'throw'),
    which: fc.nat(),
    ticks: fc.constant(0),
  }),
  { maxLength: 20, size: 'max' },
)

/** What breaks the order: calls let in before others that came before them, and newcomers before any that wait. */
function overtakers(events: readonly BulkheadEvent[]): unknown[] {
  const callsOf = (type: BulkheadEvent['type']): unknown[] =>
    events.filter(event => event.type === type).map(({ callId }) => callId)
  const [waited, letIn] = [callsOf('bulkhead.queued'), callsOf('bulkhead.acquired')]
  const inOrder = waited.filter(id => letIn.includes(id))
  const early = letIn.filter(id => waited.includes(id)).filter((id, index) => id !== inOrder[index])
  const isNewcomer = ({ type, callId }: BulkheadEvent): boolean =>
    type === 'bulkhead.acquired' && !waited.includes(callId)
  return [...early, ...events.filter(event => isNewcomer(event) && event.queued > 0)]
}

/** What no caller may see: two answers or none, two calls of its operation, or one after it was refused. */
function isWronged({ answers, calls }: Caller): boolean {
  const [answer] = answers
  const mostCalls = answer === 'BulkheadFullError' || answer === 'permit' ? 0 : 1
  const leastCalls = answer === 'up' || answer === 'down' ? 1 : 0
  return answers.length !== 1 || calls > mostCalls || calls < leastCalls
}

const sizes = fc.record({ maxConcurrent: fc.integer({ min: 1, max: 3 }), maxQueued: fc.integer({ min: 0, max: 5 }) })

/** Plays, and looks for what may never be. */
async function prove(
  { maxConcurrent, maxQueued }: { readonly maxConcurrent: number; readonly maxQueued: number },
  todo: readonly Act[],
  answers: readonly Act[],
): Promise<void> {
  const traffic = new Traffic(maxConcurrent, maxQueued)
  const events: BulkheadEvent[] = []
  const left = [...answers]
  traffic.policy.subscribe(event => {
    events.push(event)
    const reply = left.shift()
    if (reply !== undefined) traffic.act(reply)
  })

  await traffic.play(todo)

  const beyond = events.filter(({ active, queued }) => active > traffic.bound || queued > maxQueued)
  expect([traffic.policy.active, traffic.policy.queued, traffic.clock.pendingTimers]).toEqual([0, 0, 0])
  expect(traffic.peak).toBeLessThanOrEqual(traffic.bound)
  expect([beyond, overtakers(events), traffic.callers.filter(isWronged)]).toEqual([[], [], []])
}

describe('bulkhead', () => {
  it('keeps to its bounds and its order, and comes to rest, at whichever microtask callers act', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, acts, (size, todo) => prove(size, todo, [])),
      { numRuns: 300 },
    )
  })

  it('keeps to them, too, when listeners act in the middle of events', async () => {
    onTestFinished(observe({ fault: () => {} }))
    await fc.assert(
      fc.asyncProperty(sizes, acts, replies, (size, todo, answers) => prove(size, todo, answers)),
      { numRuns: 300 },
    )
  })
})
