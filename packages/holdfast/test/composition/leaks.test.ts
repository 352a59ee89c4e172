import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { countCollected, seededRandom, unhandledRejectionsOf, virtualClock } from '@holdfast/testing'
import { observe, policies } from 'holdfast'
import { beforeAll, describe, expect, it } from 'vitest'
import { MAX_KEYS, mixedLoad, SLOTS } from './mixed-load.ts'

const BATCHES = 100
const BATCH = 10_000
/** Begun at once: more than there are slots and places in the queue. */
const WAVE = 400
/** One of so many objects is looked for after a collection. */
const SAMPLED = 50
/** Of more than 50 000 samples: the engine may hold on to what one call or another left in a frame. */
const MOST_HELD = 20

const clock = virtualClock()
const { signal } = new AbortController()
const samples: WeakRef<object>[] = []
let watched = 0
const watch = (object: object): void => {
  if (watched++ % SAMPLED === 0) samples.push(new WeakRef(object))
}
const load = mixedLoad({ clock, random: seededRandom(3), signal, watch })

let heard = 0
const hear = (): unknown => heard++

/** Some batches are listened to, some observed, some both. */
function listenTo(batch: number): () => void {
  const stops: (() => void)[] = []
  if (batch % 10 === 1) stops.push(load.service.subscribe(hear))
  if (batch % 15 === 1) stops.push(observe({ event: hear, around: (_bracket, next) => next() }))
  return () => {
    for (const stop of stops) stop()
  }
}

async function run(batch: number): Promise<void> {
  const stop = listenTo(batch)
  for (let calls = 0; calls < BATCH; calls += WAVE) {
    for (let call = 0; call < WAVE; call++) load.begin()
    // Not further: a timer that was left would run.
    while (!load.isIdle) await clock.advance(1)
  }
  stop()
}

const livingBreakers = (): number => [...policies()].filter(({ name }) => name.startsWith('load ')).length

/** What is there while no call and no work is under way. */
const left = () => ({
  timers: clock.pendingTimers,
  listeners: abortListeners(signal),
  active: load.slots.active,
  queued: load.slots.queued,
  keysTooMany: Math.max(0, load.breakers.size - MAX_KEYS),
})
const nothing = { timers: 0, listeners: 0, active: 0, queued: 0, keysTooMany: 0 }

/** How many circuits let no call through although their open time, and that of any probe, has passed. */
async function stuckCircuits(): Promise<number> {
  await clock.advance(1_000)
  const permits = [...load.breakers.entries()].map(([, breaker]) => breaker.tryAcquire())
  for (const permit of permits) permit?.ignore()
  return permits.filter(permit => permit === undefined).length
}

describe('a million calls of all kinds for one caller', () => {
  const leftAfterBatches: unknown[] = []
  const stuckAfterBatches: number[] = []
  const samplesHeld: number[] = []
  const heardIn: number[] = []
  let unhandled: unknown[] = []

  beforeAll(async () => {
    unhandled = await unhandledRejectionsOf(async () => {
      for (let batch = 1; batch <= BATCHES; batch++) {
        const heardBefore = heard
        await run(batch)
        heardIn.push(heard - heardBefore)
        leftAfterBatches.push(left())
        stuckAfterBatches.push(await stuckCircuits())
        if (batch === BATCHES / 5 || batch === BATCHES)
          samplesHeld.push(samples.length - (await countCollected(samples)))
      }
    })
  }, 900_000)

  it('end in all the ways there are', () => {
    const { endings } = load

    expect(Object.keys(endings).toSorted()).toEqual([
      'aborted before',
      'aborted meanwhile',
      'circuit open',
      'fallback',
      'limit of attempt',
      'limit of inner',
      'limit of outer',
      'limit of service',
      'permanent',
      'plain value',
      'queue full',
      'rejected',
      'thrown',
      'value',
      'value at last',
      'value within',
      'waited too long',
    ])
    expect(Object.values(endings).reduce((sum, count) => sum + count, 0)).toBe(BATCHES * BATCH)
    expect(load.discarded).toBeGreaterThan(0)
  })

  it('leave no timer, no listener, no slot and no place in the queue taken, after each ten thousand', () => {
    expect(leftAfterBatches).toEqual(Array.from({ length: BATCHES }, () => nothing))
  })

  it('leave no rejection unhandled', () => {
    expect(unhandled).toEqual([])
  })

  it('leave no call, operation, error, result or signal in the memory, nor more of them with more calls', () => {
    const [early = Infinity, late = Infinity] = samplesHeld

    expect(samples.length).toBeGreaterThan(50_000)
    expect(early).toBeLessThanOrEqual(MOST_HELD)
    expect(late).toBeLessThanOrEqual(MOST_HELD)
  })

  it('are heard by listeners and observers until these leave, and not after', () => {
    const isHeard = heardIn.map(count => count > 0)

    expect(isHeard).toEqual(heardIn.map((_, index) => index % 10 === 0 || index % 15 === 0))
  })

  it('leave no more breakers alive than there may be keys', async () => {
    await countCollected([])

    expect(load.breakers.size).toBe(MAX_KEYS)
    // One more is shared by all keys that find no place.
    expect(livingBreakers()).toBeLessThanOrEqual(MAX_KEYS + 1)
  })

  it('leave all slots to be had', () => {
    const permits = Array.from({ length: SLOTS + 1 }, () => load.slots.tryAcquire())
    const isGranted = permits.map(permit => permit !== undefined)
    for (const permit of permits) permit?.release()

    expect(isGranted).toEqual([...Array.from({ length: SLOTS }, () => true), false])
    expect(left()).toEqual(nothing)
  })

  it('leave no circuit stuck, after each ten thousand', () => {
    expect(stuckAfterBatches).toEqual(Array.from({ length: BATCHES }, () => 0))
  })
})
