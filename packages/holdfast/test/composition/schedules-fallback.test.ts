import { exploreSchedules, record, type Schedule } from '@holdfast/testing'
import { fallback } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { call } from './schedules-caller.ts'
import { unhandledRejections } from './unhandled-rejections.ts'

const unhandled = unhandledRejections()
const broken = new Error('broken')
const empty = new Error('no copy')

/** A call that is answered by its work, by a fallback for it, or not at all. */
function answeredCall({ clock, soon, random }: Schedule) {
  const told = { produced: [] as unknown[], discarded: [] as unknown[], asked: 0, askedInVain: 0 }
  const end = (value: string, error: Error) => (): string => {
    if (random() < 0.5) throw error
    told.produced.push(value)
    return value
  }
  const policy = fallback({
    clock,
    to: () => {
      told.asked++
      if (caller.outcome !== undefined) told.askedInVain++
      return soon('end of the fallback', end('copy', empty))
    },
  })
  const recording = record(policy)
  const caller = call(policy, () => soon('end of the work', end('original', broken)), {
    discard: value => told.discarded.push(value),
    isAbortable: random() < 0.8,
  })
  if (random() < 0.7) void soon('abort', caller.abort)
  return { caller, recording, told }
}

/** What was asked and told, by the answer of the caller. */
const told: Readonly<Record<string, readonly string[]>> = {
  original: [],
  copy: ['fallback.used'],
  'no copy': ['fallback.failed'],
}

describe('a fallback, in whatever order things happen', () => {
  it('answers what failed once, is not asked for who left, and loses no value', async () => {
    const answers = new Set<string>()

    await exploreSchedules(
      async schedule => {
        const { caller, recording, told: facts } = answeredCall(schedule)

        await schedule.run()

        const { outcome = { error: undefined }, complaints } = caller
        const answer = 'value' in outcome ? String(outcome.value) : (outcome.error as Error).message
        answers.add(answer)
        expect([complaints, unhandled, facts.askedInVain]).toEqual([[], [], 0])
        expect(facts.discarded).toEqual('value' in outcome ? [] : facts.produced)
        const types = told[answer]
        if (types === undefined) expect(outcome).toEqual({ error: caller.reason })
        else expect([recording.types, facts.asked]).toEqual([types, types.length])
      },
      { schedules: 600 },
    )

    expect([...answers].toSorted()).toEqual(['copy', 'no copy', 'original', 'user left'])
  })
})
