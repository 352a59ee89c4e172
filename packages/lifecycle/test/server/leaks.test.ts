import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { admission, callOf } from '@holdfast/lifecycle'
import { countCollected } from '@holdfast/testing'
import { describe, expect, it, vi } from 'vitest'
import { client, get, listening } from './open-server.ts'

const ROUNDS = 200

/** Answers `burst` requests at once, again and again, over one connection that is kept. */
async function servedOverOneConnection(burst: number) {
  const life = new AbortController()
  const gate = admission({ maxConcurrent: 100 })
  const references: WeakRef<object>[] = []
  const arrived: ServerResponse[] = []
  const listen = gate.handle((request: IncomingMessage, response: ServerResponse) => {
    const { signal } = callOf(request, response, { deadlineHeader: true, lifecycle: life })
    references.push(new WeakRef(request), new WeakRef(response), new WeakRef(signal))
    arrived.push(response)
  })
  const port = await listening(createServer(listen))
  const socket = await client(port, '')
  for (let round = 0; round < ROUNDS; round++) {
    socket.write(get('/', 'holdfast-deadline-ms: 100000').repeat(burst))
    await vi.waitFor(() => expect(arrived.length).toBe(burst), { interval: 1 })
    const answered = arrived.splice(0)
    const closed = answered.map(response => once(response, 'close'))
    for (const response of answered) response.end('kelp')
    await Promise.all(closed)
  }
  return { references, gate, life, socket }
}

describe('a connection that is kept', () => {
  it.each([
    ['requests that came one after the other', 1],
    ['requests that came at once', 3],
  ])('holds nothing of %s', async (_, burst) => {
    const { references, gate, socket } = await servedOverOneConnection(burst)

    // Those of the last rounds may still be known to the parser of the connection.
    const older = references.slice(0, references.length / 2)
    const collected = await countCollected(older)

    expect(older.length).toBe((ROUNDS / 2) * burst * 3)
    expect(collected).toBe(older.length)
    expect(gate.bulkhead.active).toBe(0)
    expect(socket.destroyed).toBe(false)
  })
})
