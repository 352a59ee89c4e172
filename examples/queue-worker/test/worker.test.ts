import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { accept, fail, refuse, startWorker, trip } from './start-worker.ts'

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

describe('worker', () => {
  it('sends each letter once', async () => {
    const { queue, received } = await startWorker(ids, accept)

    await queue.whenIdle()

    expect(received).toEqual(ids)
  })

  it('sends as many letters at once as there are slots', async () => {
    const held: ServerResponse[] = []
    const { queue, nextRequest } = await startWorker(ids, response => held.push(response), 2)
    let most = 0

    for (let answered = 0; answered < ids.length; answered++) {
      while (held.length === 0) await nextRequest()
      most = Math.max(most, queue.inFlight)
      held.shift()?.writeHead(202).end()
    }
    await queue.whenIdle()

    expect(most).toBe(2)
  })

  it('pauses while the breaker is open, with all letters in the queue', async () => {
    const { clock, opened, queue, received } = await startWorker(ids, fail)

    await opened
    await clock.advance(999)

    expect(received).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(queue).toMatchObject({ waiting: ids.length, inFlight: 0 })
  })

  it('goes on when a probe succeeds, and loses no letter', async () => {
    const { clock, mail, opened, queue, received, recording } = await startWorker(ids, fail)
    await opened
    received.length = 0

    mail.reply = accept
    await clock.advance(1_000)
    await queue.whenIdle()

    expect(received.toSorted()).toEqual(ids)
    expect(recording.types).toEqual(['circuit.opened', 'circuit.halfOpened', 'circuit.closed'])
  })

  it('requeues a letter that the breaker rejects because it has opened since', async () => {
    const { client, clock, queue, received } = await startWorker([], accept)
    await clock.settle()

    trip(client)
    queue.add({ id: 'a', to: 'a@example.com' })
    await clock.settle()

    expect(received).toEqual([])
    expect(queue).toMatchObject({ waiting: 1, inFlight: 0 })
  })

  it('probes with one letter at a time, and pauses longer when that fails', async () => {
    const { client, clock, nextOpened, nextRequest, queue, received, recording } = await startWorker([], () => {}, 3)
    trip(client)
    for (const id of ids) queue.add({ id, to: `${id}@example.com` })
    const [probe, reopened] = [nextRequest(), nextOpened()]

    await clock.advance(1_000)
    const response = await probe
    const inFlight = queue.inFlight
    fail(response)
    await reopened
    await clock.advance(1_999)

    expect(inFlight).toBe(1)
    expect(received.length).toBe(1)
    expect(recording.of('circuit.opened').map(({ openMs }) => openMs)).toEqual([1_000, 2_000])
    expect(queue).toMatchObject({ waiting: ids.length, inFlight: 0 })
  })

  it('sends a letter again that got no answer in time', async () => {
    const { clock, mail, nextRequest, queue, received } = await startWorker(['a'], () => {})

    await nextRequest()
    mail.reply = accept
    await clock.advance(2_000)
    await queue.whenIdle()

    expect(received).toEqual(['a', 'a'])
  })

  it('parks what is refused, and does not hold it against the mail service', async () => {
    const { client, queue, received } = await startWorker(ids, refuse)

    await queue.whenIdle()

    expect(queue.parked.map(({ id }) => id)).toEqual(ids)
    expect(received).toEqual(ids)
    expect(client.breaker.state).toBe('closed')
  })

  it('finishes what is in flight when it is stopped, and leaves the rest in the queue', async () => {
    const { nextRequest, queue, received, stop, worker } = await startWorker(ids, () => {}, 2)
    const first = await nextRequest()
    const second = await nextRequest()

    stop.abort()
    accept(first)
    fail(second)
    await worker

    expect(received.toSorted()).toEqual(['a', 'b'])
    expect(queue).toMatchObject({ waiting: ids.length - 1, inFlight: 0 })
  })

  it('stops at once while the breaker is open', async () => {
    const { client, opened, stop, worker, queue } = await startWorker(ids, fail)
    await opened

    stop.abort()
    await worker

    expect(queue).toMatchObject({ waiting: ids.length, inFlight: 0 })
    expect(client.slots.active).toBe(0)
  })

  it('stops at once while there is no letter', async () => {
    const { client, clock, stop, worker } = await startWorker([], accept)
    await clock.settle()

    stop.abort()
    await worker

    expect(client.slots.active).toBe(0)
  })
})
