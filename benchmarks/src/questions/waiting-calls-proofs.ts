import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Begin, Work } from './waiting-calls.ts'

const left = new Error('the caller has left')

/** Fails unless a call ends at its limit, or when its caller leaves, and else with the value. */
export async function proveTimeout(subject: string, makeBegin: (timeoutMs: number) => Begin): Promise<void> {
  const hangs: Work = () => new Promise(() => {})
  await assert.rejects(makeBegin(20)(hangs), `${subject} waits for ever`)

  const begin = makeBegin(60_000)
  assert.equal(await begin(async () => 1), 1, `${subject} does not answer with the value`)
  const caller = new AbortController()
  const leaving = begin(hangs, caller.signal)
  caller.abort(left)
  await assert.rejects(leaving, `${subject} goes on although its caller has left`)
}

/** Fails unless calls run one after the other, in their order, without those whose callers have left. */
export async function proveBulkhead(subject: string, begin: Begin, takesSignals: boolean): Promise<void> {
  const ran: number[] = []
  let running = 0
  const works = Array.from(
    { length: 10 },
    (_, number): Work =>
      async () => {
        assert.equal(++running, 1, `${subject} lets several run at once`)
        ran.push(number)
        await wait(1)
        running--
        return number
      },
  )
  const callers = works.map(() => new AbortController())
  const answers = works.map((work, number) => begin(work, takesSignals ? callers[number]?.signal : undefined))
  const outcomes = Promise.allSettled(answers)
  for (const number of [3, 5, 7]) callers[number]?.abort(left)
  const kept = takesSignals ? [0, 1, 2, 4, 6, 8, 9] : works.map((_, number) => number)

  const values = (await outcomes).map(outcome => (outcome.status === 'fulfilled' ? outcome.value : undefined))
  assert.deepEqual(ran, kept, `${subject} does not run the calls in their order`)
  assert.deepEqual(
    values,
    works.map((_, number) => (kept.includes(number) ? number : undefined)),
    `${subject} answers with what the calls did not bring`,
  )
}
