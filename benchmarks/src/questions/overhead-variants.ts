import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { observe } from 'holdfast'
import { comparison } from '../harness/comparison.ts'
import type { Call } from '../harness/interleaved.ts'
import type { Case } from '../harness/question.ts'
import { byHand } from '../subjects/by-hand.ts'
import * as withSignals from '../subjects/by-hand-with-signals.ts'
import * as ofCockatiel from '../subjects/cockatiel.ts'
import * as ofHoldfast from '../subjects/holdfast.ts'
import { FRESH, type HeedfulMaker, type HeedfulWork, STALE, TIMEOUT_MS, type Work } from '../subjects/job.ts'
import { parkTimers } from '../subjects/parked-timer.ts'

interface Variant {
  readonly name: string
  readonly subjects: Readonly<Record<string, () => Call>>
  readonly verify?: () => Promise<void>
  /** Begins what is to go on while it is measured, and returns what ends it. */
  readonly begin?: () => () => void
}

/** All five in a pipeline, with more than the call itself. */
export function variants(work: Work): Case[] {
  const { signal } = new AbortController()
  const reading: HeedfulWork = call => {
    void call.signal
    return work()
  }
  const unobserved = {
    'by hand': () => byHand.five(work),
    holdfast: () => ofHoldfast.holdfast.five(work),
    cockatiel: () => ofCockatiel.ofCockatiel.five(work),
  }
  const all: Variant[] = [
    {
      name: 'all five, the work reads its signal',
      subjects: {
        'by hand': () => withSignals.fiveWithSignalRead(reading),
        holdfast: () => ofHoldfast.holdfast.five(reading),
        cockatiel: () => ofCockatiel.ofCockatiel.five(reading),
      },
    },
    {
      name: "all five, with the caller's signal",
      subjects: {
        'by hand': () => withSignals.fiveUnder(signal)(work),
        holdfast: () => ofHoldfast.fiveUnder(signal)(work),
        cockatiel: () => ofCockatiel.fiveUnder(signal)(work),
      },
      verify: () =>
        proveLeaving({
          'by hand': withSignals.fiveUnder,
          holdfast: ofHoldfast.fiveUnder,
          cockatiel: ofCockatiel.fiveUnder,
        }),
    },
    {
      name: "all five, with the caller's signal, and the work reads its own",
      subjects: {
        'by hand': () => withSignals.fiveUnderWithSignalRead(signal)(reading),
        holdfast: () => ofHoldfast.fiveUnder(signal)(reading),
        cockatiel: () => ofCockatiel.fiveUnder(signal)(reading),
      },
    },
    {
      name: 'all five, with a deadline',
      subjects: { ...unobserved, holdfast: () => ofHoldfast.fiveWithDeadline(work) },
    },
    { name: 'all five, with a listener', subjects: { ...unobserved, holdfast: () => ofHoldfast.fiveHeard(work) } },
    {
      name: 'all five, with an observer of the process',
      subjects: unobserved,
      begin: () => observe({ event: () => {} }),
    },
    {
      name: 'all five, with an observer around each call and attempt',
      subjects: unobserved,
      begin: () => observe({ around: (_, next) => next() }),
    },
  ]
  return all.flatMap(variant => casesOf(variant, work))
}

function casesOf({ name, subjects, verify, begin }: Variant, work: Work): readonly Case[] {
  return comparison({
    name,
    baseline: work as Call,
    subjects,
    begin: () => {
      const ends = [parkTimers(), begin?.()]
      return () => {
        for (const end of ends) end?.()
      }
    },
    verify: async () => {
      for (const [subject, make] of Object.entries(subjects))
        assert.equal(await make()(), FRESH, `${name}: ${subject} does not answer`)
      await verify?.()
    },
  })
}

/** Fails unless the call of each of them ends when the caller aborts: by a rejection, or as cockatiel's, by the fallback. */
async function proveLeaving(makers: Readonly<Record<string, (end: AbortSignal) => HeedfulMaker>>): Promise<void> {
  for (const [subject, makeUnder] of Object.entries(makers)) {
    const caller = new AbortController()
    const answer = makeUnder(caller.signal)(() => new Promise(() => {}))()
    const end = answer.catch(() => STALE)
    setImmediate(() => caller.abort(new Error('the user has left')))
    const first = await Promise.race([end, wait(TIMEOUT_MS / 2, 'late')])
    assert.equal(first, STALE, `${subject} goes on although its caller has left`)
  }
}
