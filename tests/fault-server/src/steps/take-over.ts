import { type Step, step } from './step.ts'

/** Accepts an upgrade (101) and from then on sends back what it gets. */
export function acceptUpgrade(): Step {
  return step('acceptUpgrade', exchange => {
    const { upgrade } = exchange.headers
    if (upgrade === undefined) throw new Error('acceptUpgrade: the request asks for no upgrade')
    const socket = exchange.takeOver(101, { connection: 'upgrade', upgrade })
    socket.pipe(socket)
  })
}

/** Accepts a CONNECT (200) and from then on sends back what it gets. */
export function acceptConnect(): Step {
  return step('acceptConnect', exchange => {
    if (exchange.method !== 'CONNECT') throw new Error(`acceptConnect: the request is a ${exchange.method}`)
    const tunnel = exchange.takeOver(200)
    tunnel.pipe(tunnel)
  })
}
