import type { Socket } from 'node:net'
import type { Clock } from '@holdfast/core'
import { settle } from '../virtual-clock.ts'
import { type ArmedTrap, setTrap } from './armed-trap.ts'
import { type Change, type Conditions, DIRECTIONS, type Direction, HEALED } from './conditions.ts'
import type { FaultyLink } from './faults.ts'
import { type Faulty, faultsOn } from './faults-on.ts'
import { Lane } from './lane.ts'
import type { Cut } from './options.ts'
import { reset } from './reset.ts'

/** A link, for the proxy that it belongs to. */
export interface LiveLink extends Faulty {
  /** What users see of it. */
  readonly link: FaultyLink
  /** Resolves when both sides are closed. */
  readonly closed: Promise<void>
  readonly destroy: () => void
}

interface LinkSettings {
  readonly id: number
  readonly client: Socket
  /** May still be connecting. */
  readonly server: Socket
  readonly clock: Clock
  readonly conditions: Readonly<Record<Direction, Conditions>>
}

/** Carries bytes between a client and a server, both ways. */
export function liveLink({ id, client, server, clock, conditions }: LinkSettings): LiveLink {
  const lanes = {
    toServer: new Lane(client, server, clock, conditions.toServer),
    toClient: new Lane(server, client, clock, conditions.toClient),
  }
  const both = Object.values(lanes)
  const sinks = { toServer: server, toClient: client }
  let ownTraps: ArmedTrap[] = []
  let isOpen = true

  const change = (given: Change): void => {
    for (const direction of given.directions) lanes[direction].change(given.conditions)
  }
  const sever = ({ directions, how }: Cut): void => {
    for (const lane of both) lane.abandon()
    for (const direction of directions) {
      if (how === 'reset') reset(sinks[direction])
      else sinks[direction].end()
    }
  }
  const spring = async (trap: ArmedTrap): Promise<void> => {
    const { direction, how } = trap.plan
    trap.spend()
    for (const lane of both) lane.hold()
    await lanes[direction].flushed()
    // A peer in this process shall have read the last byte: found together with a reset, it may be taken for an end.
    await settle()
    await settle()
    if (how === 'silence') change({ directions: DIRECTIONS, conditions: { isSilent: true } })
    else sever({ directions: DIRECTIONS, how })
    for (const lane of both) lane.release()
    trap.tell(link)
  }
  const set = (trap: ArmedTrap): void => setTrap(trap, lanes[trap.plan.direction], () => void spring(trap))
  const setOwn = (trap: ArmedTrap): void => {
    ownTraps = [...ownTraps.filter(({ isArmed }) => isArmed), trap]
    set(trap)
  }

  const closed = Promise.all([isClosed(client), isClosed(server)]).then(() => {
    isOpen = false
    for (const lane of both) lane.abandon()
  })
  const link: FaultyLink = {
    ...faultsOn({ change, sever, set: setOwn }),
    id,
    get isOpen() {
      return isOpen
    },
    get bytesToServer() {
      return lanes.toServer.passed
    },
    get bytesToClient() {
      return lanes.toClient.passed
    },
    heal() {
      for (const trap of ownTraps) trap.disarm()
      change(HEALED)
    },
  }
  const destroy = (): void => {
    sever({ directions: DIRECTIONS, how: 'reset' })
    // A reset would wait for a server that is still being connected to.
    server.destroy()
  }
  return { link, closed, change, sever, set, destroy }
}

function isClosed(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    socket.once('close', () => resolve())
  })
}
