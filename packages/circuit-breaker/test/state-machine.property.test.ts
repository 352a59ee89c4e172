import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Play } from './circuit-play.ts'
import { options, steps } from './circuit-steps.ts'

describe('circuit breaker', () => {
  it('does what the naive model does, in whatever order things happen', async () => {
    const seen = new Set<string>()

    await fc.assert(
      fc.asyncProperty(options, steps, async (given, todo) => {
        const play = new Play(given)
        // Calls that share their handlers do not look at the clock as they end.
        const possible = given.hasPredicates ? todo : todo.filter(({ does }) => does !== 'jump')

        for (const step of possible) await play.step(step)
        await play.endAll()

        for (const what of play.seen) seen.add(what)
      }),
      { numRuns: 200 },
    )

    expect([...seen].toSorted()).toEqual([
      '0 probes at once',
      '1 probes at once',
      '2 probes at once',
      '2 trips',
      '3 probes at once',
      '3 trips',
      '4 trips',
      'circuit.closed manual',
      'circuit.closed probe',
      'circuit.halfOpened',
      'circuit.opened isolated',
      'circuit.opened probe',
      'circuit.opened restored',
      'circuit.opened tripped',
      'circuit.rejected',
      'restored closed',
      'restored isolated',
      'restored open',
    ])
  })
})
