import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Breaking } from './windowed-breakers.ts'

type Makers = Readonly<Record<string, Breaking>>

/** Fails unless all of them bear 80 % of failures, and open when all calls fail. */
export async function proveTripping(makers: Makers, size: number): Promise<void> {
  for (const [subject, make] of Object.entries(makers)) {
    const dependency = dependencyOf(make, size)
    for (let each = 0; each < 50; each++) await dependency.call(each % 5 === 0 ? 'works' : 'fails')
    assert.equal(dependency.calls, 50, `${subject} opens at 80 % of failures`)
    await proveOpening(subject, dependency, Math.min(size, 2_000))
  }
}

/** Fails unless what is older than the window, of a second, does not count any more. */
export async function proveForgetting(makers: Makers): Promise<void> {
  const proofs = Object.entries(makers).map(async ([subject, make]) => {
    const dependency = dependencyOf(make, 1_000)
    for (let each = 0; each < 200; each++) await dependency.call('works')
    for (let each = 0; each < 30; each++) {
      await wait(50)
      await dependency.call('works')
    }
    await proveOpening(subject, dependency, 300)
  })
  await Promise.all(proofs)
}

interface Dependency {
  readonly calls: number
  readonly call: (outcome: 'works' | 'fails') => Promise<unknown>
}

function dependencyOf(make: Breaking, size: number): Dependency {
  let calls = 0
  let outcome: 'works' | 'fails' = 'works'
  const call = make(size, async () => {
    calls++
    if (outcome === 'fails') throw new Error('down')
    return 1
  })
  return {
    get calls() {
      return calls
    },
    call: async next => {
      outcome = next
      return call().catch(() => undefined)
    },
  }
}

async function proveOpening(subject: string, dependency: Dependency, within: number): Promise<void> {
  for (let each = 0; each < within; each++) await dependency.call('fails')
  const { calls } = dependency
  for (let each = 0; each < 5; each++) await dependency.call('fails')
  assert.equal(dependency.calls, calls, `${subject} goes on calling what fails`)
}
