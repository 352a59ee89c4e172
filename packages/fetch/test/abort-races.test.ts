import { resilientFetch } from '@holdfast/fetch'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { virtualClock } from '@holdfast/testing'
import { describe, expect, it } from 'vitest'
import { ORIGIN } from './client.ts'

const reason = new Error('enough')

async function microtasks(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

/** A call whose caller leaves so many microtasks after the response has come. */
async function abortedAfter(count: number) {
  const clock = virtualClock()
  const controller = new AbortController()
  const signals: (AbortSignal | null | undefined)[] = []
  const dropped: unknown[] = []
  const body = new ReadableStream({ cancel: () => void dropped.push('cancelled') })
  const api = resilientFetch({
    clock,
    body: { drainBytes: 0 },
    fetch: async (_, init) => {
      signals.push(init?.signal)
      void microtasks(count).then(() => controller.abort(reason))
      return new Response(body, { headers: { 'content-length': '9' } })
    },
  })
  const end = await api(ORIGIN, { signal: controller.signal }).then(
    () => 'answered' as const,
    (error: unknown) => error,
  )
  await clock.settle()
  const left = [clock.pendingTimers, abortListeners(controller.signal)]
  return { end, isEnded: signals[0]?.reason === reason || dropped.length > 0, left }
}

describe('the abort of the caller', () => {
  it('at any moment about the answer ends the call or its body, and leaves nothing behind', async () => {
    const ends = new Set<unknown>()

    for (let count = 0; count < 60; count++) {
      const { end, isEnded, left } = await abortedAfter(count)
      ends.add(end)
      expect([isEnded, ...left]).toEqual([true, 0, 0])
    }

    expect(ends).toEqual(new Set([reason, 'answered']))
  })
})
