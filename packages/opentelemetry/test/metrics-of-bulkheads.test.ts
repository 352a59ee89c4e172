import { bulkhead } from '@holdfast/bulkhead'
import { pipeline } from '@holdfast/core'
import { hangs, resolves, scripted, virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'
import { measured, seconds } from './measured.ts'

const CALLS = 'holdfast.call'

describe('metrics of a bulkhead', () => {
  it('tell its slots, who has one, who waits, and for how long they did', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const reports = bulkhead({ name: 'reports', maxConcurrent: 2, maxQueued: 5, clock })
    const work = scripted(
      [100, 150, 10].map(afterMs => resolves('done', { afterMs })),
      { clock },
    )

    const calls = [1, 2, 3].map(() => reports.run(work))
    await clock.settle()
    const meanwhile = await metrics.of('reports')
    await Promise.all([...calls, clock.advance(150)])

    expect(meanwhile).toMatchObject({
      'holdfast.bulkhead.active': [[{}, 2]],
      'holdfast.bulkhead.queued': [[{}, 1]],
      'holdfast.bulkhead.limit': [[{}, 2]],
    })
    const { [`${CALLS}.duration`]: _calls, [`${CALLS}.attempts`]: _attempts, ...told } = await metrics.of('reports')
    expect(told).toEqual({
      'holdfast.attempt.duration': [[{ 'holdfast.outcome': 'value' }, seconds(0.1, 0.01, 0.15)]],
      'holdfast.bulkhead.wait.duration': [[{ 'holdfast.pipeline.name': 'reports' }, seconds(0, 0, 0.1)]],
      'holdfast.bulkhead.active': [[{}, 0]],
      'holdfast.bulkhead.queued': [[{}, 0]],
      'holdfast.bulkhead.limit': [[{}, 2]],
    })
  })

  it('add up bulkheads of one name, and follow a changed limit', async () => {
    const metrics = measured()
    const shared = [3, 4].map(maxConcurrent => bulkhead({ name: 'shared slots', maxConcurrent }))
    const permits = shared.map(each => each.tryAcquire())

    shared[0]?.update({ maxConcurrent: 10 })

    expect(await metrics.of('shared slots')).toEqual({
      'holdfast.bulkhead.wait.duration': [[{}, seconds(0, 0)]],
      'holdfast.bulkhead.active': [[{}, 2]],
      'holdfast.bulkhead.queued': [[{}, 0]],
      'holdfast.bulkhead.limit': [[{}, 14]],
    })
    for (const permit of permits) permit?.release()
  })

  it('have no limit for one without', async () => {
    const metrics = measured()
    const unlimited = bulkhead({ name: 'unlimited slots', maxConcurrent: Infinity })

    expect(await metrics.of(unlimited.name)).toEqual({
      'holdfast.bulkhead.active': [[{}, 0]],
      'holdfast.bulkhead.queued': [[{}, 0]],
    })
  })

  it('count rejections by their reason', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const slots = bulkhead({ name: 'rejects', maxConcurrent: 1, maxQueued: 1, maxWaitMs: 50, clock })
    const permit = slots.tryAcquire()

    const waits = slots.run(() => 'late')
    await clock.settle()
    await expect(slots.run(() => 'full')).rejects.toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' })
    await Promise.all([expect(waits).rejects.toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' }), clock.advance(50)])
    const tooLate = timeout({ timeoutMs: 100, clock }).run(call => {
      clock.jump(200)
      return slots.run(() => 'too late', call)
    })
    await expect(tooLate).rejects.toMatchObject({ code: 'ERR_HOLDFAST_BULKHEAD_FULL' })
    permit?.release()

    const within = { 'holdfast.pipeline.name': 'rejects' }
    expect((await metrics.of('rejects'))['holdfast.rejections']).toEqual([
      [{ ...within, 'holdfast.rejection.reason': 'full' }, 1],
      [{ ...within, 'holdfast.rejection.reason': 'waited' }, 1],
      [{ ...within, 'holdfast.rejection.reason': 'deadline' }, 1],
    ])
  })

  it('count slots that were taken back from work that hangs', async () => {
    const clock = virtualClock()
    const metrics = measured()
    const guarded = pipeline.named(
      'guarded',
      timeout({ timeoutMs: 100, clock }),
      bulkhead({ name: 'leaky', maxConcurrent: 1, reclaimMs: 1_000, clock }),
    )

    const answer = guarded.run(scripted([hangs({ isDeaf: true })], { clock }))
    await Promise.all([expect(answer).rejects.toThrow(), clock.advance(100)])
    const held = await metrics.of('leaky')
    await clock.advance(1_000)

    expect(held).toMatchObject({ 'holdfast.bulkhead.active': [[{}, 1]] })
    expect(held['holdfast.bulkhead.reclaims']).toBeUndefined()
    expect(await metrics.of('leaky')).toMatchObject({
      'holdfast.bulkhead.reclaims': [[{ 'holdfast.pipeline.name': 'guarded' }, 1]],
      'holdfast.bulkhead.active': [[{}, 0]],
    })
  })
})
