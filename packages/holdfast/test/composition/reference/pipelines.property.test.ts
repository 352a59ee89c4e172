import { virtualClock } from '@holdfast/testing'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interpret } from './interpreter.ts'
import { readable } from './log.ts'
import { plans } from './plans.ts'
import { play } from './real.ts'

const startMs = virtualClock().nowMs()

describe('a pipeline of any policies in any order, whatever happens to its runs', () => {
  it('calls, answers, aborts and tells what a plain reading of the contract says, in that order', async () => {
    const property = fc.asyncProperty(plans, async plan => {
      const expected = interpret(plan, startMs)
      fc.pre(!expected.isRace)

      const played = await play(plan)

      expect(readable(played.log)).toEqual(readable(expected.log))
      expect(played.states).toEqual(expected.states)
    })

    await fc.assert(property, { numRuns: 500 })
  }, 60_000)
})
