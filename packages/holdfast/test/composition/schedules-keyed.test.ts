import { exploreSchedules } from '@holdfast/testing'
import { type AnyPolicy, type Bulkhead, bulkhead, keyed, type PolicyEvent, retry } from 'holdfast'
import { describe, expect, it } from 'vitest'
import { contextOf, keyOf } from './call-key.ts'
import { type Caller, call } from './schedules-caller.ts'
import { unhandledRejections } from './unhandled-rejections.ts'

const unhandled = unhandledRejections()

describe('keyed, in whatever order things happen', () => {
  it('keeps the policy of a key while a call is in flight, and never more policies than it may', async () => {
    const seen = new Set<string>()

    await exploreSchedules(
      async ({ clock, soon, run, random }) => {
        const made: Bulkhead[] = []
        const faults: string[] = []
        const callers: Caller[] = []
        const perTenant = keyed({
          clock,
          maxKeys: 2,
          by: keyOf,
          make: (tenant): AnyPolicy => {
            // That this one is busy, only its keyed knows.
            if (random() < 0.5) return retry({ clock, name: tenant, maxAttempts: 1 })
            const policy = bulkhead({ clock, name: tenant, maxConcurrent: 1, maxQueued: 2, reclaimMs: Infinity })
            made.push(policy)
            return policy
          },
        })
        let overflows = 0
        perTenant.subscribe(({ type }: PolicyEvent) => {
          seen.add(type)
          if (type === 'keyed.overflowed') overflows++
        })
        const arrive = (number: number): void => {
          const tenant = 'abcd'.charAt(Math.floor(random() * 4))
          const before = overflows
          let own: AnyPolicy | undefined
          const look = (): void => {
            if (perTenant.size > 2) faults.push(`${perTenant.size} keys`)
            if (own !== undefined && perTenant.get(tenant) !== own) faults.push(`${tenant} lost its policy`)
          }
          const caller = call(
            perTenant,
            async () => {
              look()
              await soon(`end of call ${number} of ${tenant}`, look)
            },
            { context: contextOf(tenant), isAbortable: random() < 0.7 },
          )
          if (overflows === before) own = perTenant.get(tenant)
          callers.push(caller)
          if (random() < 0.5) void soon(`abort ${number}`, caller.abort)
        }
        for (let number = 1; number <= 10; number++) void soon(`call ${number}`, () => arrive(number))

        await run()

        expect(faults).toEqual([])
        expect(callers.flatMap(({ complaints }) => complaints)).toEqual([])
        expect(callers.filter(({ outcome }) => outcome === undefined)).toEqual([])
        expect(made.filter(({ active, queued }) => active + queued > 0)).toEqual([])
        expect([clock.pendingTimers, unhandled]).toEqual([0, []])
        // When all is over, nothing is busy: a new key finds room.
        const policiesBefore = overflows
        await perTenant.run(() => 'up', { context: contextOf('e') })
        expect([perTenant.get('e')?.name, overflows]).toEqual(['e', policiesBefore])
      },
      { schedules: 300 },
    )

    expect(seen).toContain('keyed.evicted')
    expect(seen).toContain('keyed.overflowed')
  })
})
