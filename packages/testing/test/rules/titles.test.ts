import { policyRules, type RuleSubject } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { allBroken } from './all-broken.ts'
import { titlesOf } from './findings.ts'
import { layer } from './layers.ts'

/** Whatever a subject may have, so that all rules concern it that concern any policy that waits. */
const everything: Required<RuleSubject> = {
  make: options => layer(options),
  maxConcurrent: 1,
  waitMs: 1,
  predicates: {},
  callbacks: {},
  makeQueueing: options => layer(options),
  rejection: { code: 'ERR_HOLDFAST_TIMEOUT', provoke: () => Promise.resolve(), recoversWithinMs: 1 },
}
const { waitMs: _, ...withoutWaits } = everything
const allTitles = new Set([...titlesOf(everything), ...titlesOf(withoutWaits)])

describe('policyRules', () => {
  it('has a broken policy for each rule, which shows that the rule can fail', () => {
    const breakable = Object.values(allBroken)
      .flat()
      .flatMap(({ breaks }) => Object.values(breaks).flat())

    expect(new Set(breakable)).toEqual(allTitles)
  })

  it('gives each rule a title of its own', () => {
    const titles = policyRules(everything).map(({ title }) => title)

    expect(titles).toEqual([...new Set(titles)])
  })

  it('begins each title with the place that the policy stands in', () => {
    const places = policyRules(everything).map(({ title }) => title.split(' › ')[0])

    expect([...new Set(places)]).toEqual(['alone', 'in a pipeline', 'in keyed'])
  })

  it('repeats no rule about the making of a policy in other places', () => {
    const titles = policyRules(everything).map(({ title }) => title)

    expect(titles.filter(title => title.endsWith('a null throws an error that names the option'))).toEqual([
      'alone › rule 11: a null throws an error that names the option',
    ])
  })
})

describe('policyRules, of a subject that is not said to have it, leaves out', () => {
  it.each<[keyof RuleSubject, readonly string[]]>([
    ['maxConcurrent', ['rule 2: the place of a call comes back, once, and not for those who got none']],
    [
      'waitMs',
      [
        'rule 1: an abort from outside between two attempts ends the wait at once',
        'rule 7: a wait that would end at the deadline is not begun',
      ],
    ],
    [
      'predicates',
      [
        'rule 3: a predicate that throws, rejects the run with what it threw, and nothing is counted',
        'rule 3: a predicate that returns a promise, rejects the run: it would always be true',
      ],
    ],
    ['callbacks', ['rule 3: what a callback throws is what the run rejects with']],
    [
      'makeQueueing',
      [
        'rule 1: an abort from outside ends a wait in the queue at once',
        'rule 4: work that waits is started in the order in which it came',
        'rule 4: a newcomer takes no place of work that waits, whenever it comes',
        'rule 4: work that is aborted while it gets its place passes it on',
        'rule 4: work that gets a place starts after those who gave it have gone on',
        'rule 7: who comes after the deadline waits in no queue',
        'rule 10: work that waited runs in the async context of its caller, not of who gave it its place',
      ],
    ],
    [
      'rejection',
      [
        'rule 6: a clock that steps back by an hour keeps nobody out for longer',
        'rule 6: a clock that steps forward by an hour keeps nobody out for longer',
        'rule 9: its own rejection has a code, the name of the policy and a message that begins with it',
      ],
    ],
  ])('what concerns %s', (member, concerned) => {
    const { [member]: _without, ...rest } = everything

    const titles = new Set(titlesOf({ make: everything.make, ...rest }))

    expect(titlesOf(everything).filter(title => !titles.has(title))).toEqual(concerned)
  })

  it('how long it keeps others out', () => {
    const { code, provoke } = everything.rejection

    const titles = new Set(titlesOf({ ...everything, rejection: { code, provoke } }))

    expect(titlesOf(everything).filter(title => !titles.has(title))).toEqual([
      'rule 6: a clock that steps back by an hour keeps nobody out for longer',
      'rule 6: a clock that steps forward by an hour keeps nobody out for longer',
    ])
  })
})

describe('policyRules, of a subject that waits', () => {
  it('leaves out that an error comes at once', () => {
    const titles = new Set(titlesOf(everything))

    const added = titlesOf(withoutWaits).filter(title => !titles.has(title))

    expect(added).toEqual(['rule 7: an error comes at once where nothing is waited for'])
  })
})
