import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { callOf, endAborted } from '@holdfast/lifecycle'
import { virtualClock } from '@holdfast/testing'
import { timeout } from '@holdfast/timeout'
import { describe, expect, it } from 'vitest'
import { client, get, openServer, textOf } from './open-server.ts'

/** A request with 50 ms to live, whose work has the deadline and not the signal, and a limit of its own. */
async function timedOut(limitMs: number, passedMs: number) {
  const server = await openServer()
  const clock = virtualClock()
  const socket = await client(server.port, get('/', 'connection: close', 'holdfast-deadline-ms: 50'))
  const { request, response } = await server.next()
  const { deadline } = callOf(request, response, { deadlineHeader: true, clock })
  const limit = timeout({ timeoutMs: Math.min(limitMs, deadline.remainingMs()), clock })
  const failing = rejectionOf(limit.run(() => new Promise(() => {})))
  await clock.advance(passedMs)
  return { error: await failing, request, response, told: textOf(socket) }
}

describe('endAborted, where only the deadline was handed on', () => {
  it('answers 504 when it has passed', async () => {
    const { error, request, response, told } = await timedOut(1_000, 50)

    const isEnded = endAborted(error, request, response)

    expect(isEnded).toBe(true)
    expect(await told).toMatch(/^HTTP\/1.1 504 /)
  })

  it('leaves the limit of a policy to the service while there is time', async () => {
    const { error, request, response, told } = await timedOut(49, 49)

    const isEnded = endAborted(error, request, response)
    response.end('not ended')

    expect(isEnded).toBe(false)
    expect(await told).toMatch(/not ended$/)
  })
})
