import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { lot } from './lot.ts'
import { isOutage, type Phase } from './phases.ts'

export interface DependencyOptions {
  readonly seed: number
  readonly phaseNow: () => Phase
}

/** A price service on a real socket, in the health that its script says. */
export interface Dependency {
  readonly url: string
  /** Requests that reached it. */
  readonly received: number
  /** Those of them that came when none could succeed. */
  readonly receivedInVain: number
  readonly close: () => void
}

export async function startDependency({ seed, phaseNow }: DependencyOptions): Promise<Dependency> {
  let received = 0
  let receivedInVain = 0

  const server = createServer((request, response) => {
    const phase = phaseNow()
    received++
    if (isOutage(phase)) receivedInVain++

    // Drawn for the call and the attempt, not one after the other: the first attempt of a call meets the same fate
    // whichever client makes it, and in every run with this seed.
    const { 'x-call': call, 'x-attempt': attempt } = request.headers
    const fate = phase.fateOf(purpose => lot(seed, String(call), String(attempt), purpose))

    if (fate.does === 'refuse') response.writeHead(503).end('overloaded')
    else if (fate.does === 'reset') request.socket.resetAndDestroy()
    else if (fate.does === 'answer') answer(response, priceFor(seed, request), fate.afterMs)
    // And who hangs says nothing.
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/price`,
    get received() {
      return received
    },
    get receivedInVain() {
      return receivedInVain
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function answer(response: ServerResponse, price: number, afterMs: number): void {
  const timer = setTimeout(() => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ price }))
  }, afterMs)
  response.once('close', () => clearTimeout(timer))
}

function priceFor(seed: number, { headers }: IncomingMessage): number {
  return 100 + Math.round(1_000 * lot(seed, String(headers['x-call']), 'price')) / 100
}
