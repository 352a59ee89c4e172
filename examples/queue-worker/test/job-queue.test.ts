import { describe, expect, it } from 'vitest'
import { JobQueue } from '../src/job-queue.ts'

const never = new AbortController().signal

describe('job queue', () => {
  it('delivers jobs in the order in which they came, and requeued ones after them', async () => {
    const queue = new JobQueue<string>()
    for (const job of ['a', 'b', 'c']) queue.add(job)

    const first = await queue.take(never)
    first.requeue()
    const others = [await queue.take(never), await queue.take(never), await queue.take(never)]

    expect([first, ...others].map(({ job }) => job)).toEqual(['a', 'b', 'c', 'a'])
  })

  it('delivers a job to one of those who wait', async () => {
    const queue = new JobQueue<string>()
    const taken: string[] = []
    const stop = new AbortController()
    const takers = [1, 2].map(() => queue.take(stop.signal).then(({ job }) => taken.push(job)))

    queue.add('a')
    await Promise.race(takers)
    stop.abort()
    await Promise.allSettled(takers)

    expect(taken).toEqual(['a'])
    expect(queue).toMatchObject({ waiting: 0, inFlight: 1 })
  })

  it('keeps its jobs when a taker has left', async () => {
    const queue = new JobQueue<string>()
    const stop = new AbortController()
    const waiting = queue.take(stop.signal)
    stop.abort()
    await expect(waiting).rejects.toThrow('aborted')

    queue.add('a')

    await expect(queue.take(stop.signal)).rejects.toThrow('aborted')
    expect(queue.waiting).toBe(1)
  })

  it('settles a delivery once', async () => {
    const queue = new JobQueue<string>()
    queue.add('a')
    const delivery = await queue.take(never)

    delivery.park()
    delivery.requeue()
    delivery.done()

    expect(queue).toMatchObject({ waiting: 0, inFlight: 0, parked: ['a'] })
  })

  it('is idle when nothing waits and nothing is in flight', async () => {
    const queue = new JobQueue<string>()
    queue.add('a')
    const delivery = await queue.take(never)
    const told: string[] = []
    const idle = queue.whenIdle().then(() => told.push('idle'))

    delivery.requeue()
    const again = await queue.take(never)
    told.push('again')
    again.done()
    await idle

    expect(told).toEqual(['again', 'idle'])
  })
})
