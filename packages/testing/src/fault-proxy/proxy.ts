import { connect, type Socket } from 'node:net'
import { type Clock, systemClock } from '@holdfast/core'
import { numeric, readOptions, rule } from '@holdfast/core/kernel'
import type { ArmedTrap } from './armed-trap.ts'
import { type Change, HEALED, HEALTHY } from './conditions.ts'
import type { Faults, FaultyLink } from './faults.ts'
import { faultsOn } from './faults-on.ts'
import { listener } from './listener.ts'
import { type LiveLink, liveLink } from './live-link.ts'
import type { Cut } from './options.ts'

/** A server that a proxy leads to. */
export interface ProxyTarget {
  readonly port: number
  /** Default: `127.0.0.1`. */
  readonly host?: string | undefined
}

/** Options of `faultProxy`. */
export interface FaultProxyOptions {
  /** The server that it leads to. It need not be up. */
  readonly target: ProxyTarget
  /** Where it listens. Default: `127.0.0.1`. */
  readonly host?: string | undefined
  /** The port where it listens, from 1 to 65535. Default: a free one, from 10000 to 19999. */
  readonly port?: number | undefined
  /** Where delays and throttles get their time from. Default: the clock of the platform. */
  readonly clock?: Clock | undefined
}

/** A TCP proxy that can fail. What is done to it is done to all links, those that are open and those to come. */
export interface FaultProxy extends Faults, AsyncDisposable {
  readonly host: string
  readonly port: number
  /** The links with a side that is open, the oldest first. */
  readonly links: readonly FaultyLink[]
  /** How many connections were ever taken. */
  readonly opened: number
  /** Nobody listens any more: new connections are refused (ECONNREFUSED). Those that are open stay. */
  readonly refuse: () => Promise<void>
  /** Listens again. Rejects if another process has taken the port. */
  readonly accept: () => Promise<void>
  /** Ends delay, throttle and silence of all links, disarms all traps, and listens again. What is cut stays so. */
  readonly heal: () => Promise<void>
  /** Resets all links and listens no more. Nothing of it is left when this resolves. */
  readonly close: () => Promise<void>
}

const isPort = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535
const isHost = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isTarget = (value: unknown): boolean => {
  const { port, host } = (value ?? {}) as { readonly port?: unknown; readonly host?: unknown }
  return isPort(port) && (host === undefined || isHost(host))
}
const isClock = (value: unknown): boolean => typeof (value as Clock | null)?.setTimeout === 'function'

/**
 * Starts a TCP proxy between a client and a server, which cuts, delays, throttles and silences connections when a test says
 * so. Bytes come through unchanged and in order, each half of a connection ends by itself, and who reads slowly slows the
 * other down. Throws a `TypeError` or a `RangeError` for options that it does not understand.
 *
 * @example
 * await using proxy = await faultProxy({ target: { port: 5432 } })
 * const pool = new Pool({ host: proxy.host, port: proxy.port })
 * proxy.cutAt({ match: 'COMMIT', direction: 'toServer' })
 */
export async function faultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { target, host, port, clock } = readOptions('faultProxy', options, {
    target: rule<ProxyTarget>('an object with the port of a server, and its host', isTarget),
    host: { ...rule('a string that is not empty', isHost, '127.0.0.1'), type: 'string' },
    port: { ...numeric('an integer from 1 to 65535', isPort), fallback: undefined },
    clock: rule<Clock>('a clock with nowMs, epochMs, setTimeout and clearTimeout', isClock, systemClock),
  })
  const { port: targetPort, host: targetHost = '127.0.0.1' } = target
  const links = new Set<LiveLink>()
  const conditions = { toServer: HEALTHY, toClient: HEALTHY }
  let traps: ArmedTrap[] = []
  let opened = 0

  const connected = (client: Socket): void => {
    const server = connect({ port: targetPort, host: targetHost, allowHalfOpen: true, noDelay: true })
    // Told to the other side as a reset, by the close that follows.
    for (const socket of [client, server]) socket.on('error', () => {})
    server.once('connect', () => client.resume())
    opened += 1
    const live = liveLink({ id: opened, client, server, clock, conditions })
    links.add(live)
    void live.closed.then(() => links.delete(live))
    for (const trap of traps) live.set(trap)
  }
  const { port: ownPort, ...listening } = await listener({ host, port, connected })

  const change = (given: Change): void => {
    for (const direction of given.directions) {
      conditions[direction] = { ...conditions[direction], ...given.conditions }
    }
    for (const live of links) live.change(given)
  }
  const sever = (cut: Cut): void => {
    for (const live of links) live.sever(cut)
  }
  const set = (trap: ArmedTrap): void => {
    traps = [...traps.filter(({ isArmed }) => isArmed), trap]
    for (const live of links) live.set(trap)
  }
  const close = async (): Promise<void> => {
    await listening.close()
    for (const live of links) live.destroy()
    await Promise.all([...links].map(({ closed }) => closed))
  }

  return {
    ...faultsOn({ change, sever, set }),
    host,
    port: ownPort,
    get links() {
      return [...links].map(({ link }) => link)
    },
    get opened() {
      return opened
    },
    refuse: listening.refuse,
    accept: listening.accept,
    heal() {
      for (const trap of traps) trap.disarm()
      change(HEALED)
      for (const { link } of links) link.heal()
      return listening.accept()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
