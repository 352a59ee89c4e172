import type { Schedule } from '@holdfast/testing'
import { type CircuitBreaker, type CircuitEvent, type Clock, circuitBreaker, consecutiveFailures } from 'holdfast'
import { type Caller, call } from './schedules-caller.ts'

const broken = new Error('broken')
const PROBES = 2
export const THRESHOLD = 2

/** Called when an operation begins; returns what is called when it ends, or leaves its place before. */
type Enter = () => (result?: 'successes' | 'failures') => void

const newEra = () => ({ probes: 0, successes: 0, failures: 0 })

/** Where each kind of transition may start, and where it leads. */
export const legal: Readonly<Record<string, readonly [from: readonly string[], to: string]>> = {
  'opened tripped': [['closed'], 'open'],
  halfOpened: [['open'], 'halfOpen'],
  'opened probe': [['halfOpen'], 'open'],
  'closed probe': [['halfOpen'], 'closed'],
  'opened isolated': [['closed', 'open', 'halfOpen', 'isolated'], 'isolated'],
  'closed manual': [['open', 'halfOpen', 'isolated'], 'closed'],
}

/** Follows the state by the events alone, and counts the probes of each half-open time. */
export function watch(breaker: CircuitBreaker) {
  const faults: string[] = []
  const times: string[] = []
  let state: string = breaker.state
  let era = newEra()
  breaker.subscribe((event: CircuitEvent) => {
    if (event.type === 'circuit.rejected') {
      if (state === 'closed') faults.push('rejected by a closed circuit')
      return
    }
    const kind = event.type.replace('circuit.', '') + ('cause' in event ? ` ${event.cause}` : '')
    const [from, to] = legal[kind] ?? [[], 'nowhere']
    if (!from.includes(state)) faults.push(`${kind} while ${state}`)
    if (causes(kind) < THRESHOLD) faults.push(`${kind} by results of others`)
    state = to
    era = newEra()
    times.push(kind)
  })
  /** How many results of this very time could have caused the transition; Infinity where none is needed. */
  const causes = (kind: string): number => {
    if (kind === 'closed probe') return era.successes
    return ['opened tripped', 'opened probe'].includes(kind) ? era.failures : Infinity
  }
  const enter: Enter = () => {
    if (breaker.state !== state) faults.push(`${breaker.state}, told as ${state}`)
    if (state === 'open' || state === 'isolated') faults.push(`called while ${state}`)
    const own = era
    if (++own.probes > PROBES && state === 'halfOpen') faults.push(`${own.probes} probes`)
    let isIn = true
    return result => {
      if (isIn) own.probes--
      isIn = false
      if (result !== undefined) own[result]++
    }
  }
  return { faults, times, enter }
}

/** Waves of calls, of which most fail at first, and which are aborted or forgotten at times. */
export function visit(breaker: CircuitBreaker, { clock, soon, random }: Schedule, enter: Enter): Caller[] {
  const callers: Caller[] = []
  const arrive = (number: number): void => {
    let leave: ReturnType<Enter> = () => {}
    const work = (): Promise<number> => {
      leave = enter()
      return soon(`end of call ${number}`, () => {
        const fails = random() < (number <= 6 ? 0.8 : 0.3)
        leave(fails ? 'failures' : 'successes')
        if (fails) throw broken
        return number
      })
    }
    const caller = call(breaker, work, { isAbortable: random() < 0.5 })
    callers.push(caller)
    if (random() > 0.3) return
    void soon(`abort ${number}`, () => {
      // The place of an aborted probe is free, although its work goes on.
      const isHeeded = caller.outcome === undefined
      const told = caller.abort()
      if (isHeeded && caller.isAborted) leave()
      return told
    })
  }
  for (let number = 1; number <= 4; number++) arrive(number)
  for (let number = 5; number <= 16; number++) {
    clock.setTimeout(() => void soon(`call ${number}`, () => arrive(number)), Math.ceil(random() * 400))
  }
  return callers
}

export function breakerIn(
  { clock, random }: { clock: Clock; random: () => number },
  probeTimeoutMs: number,
): CircuitBreaker {
  const halfOpen = { probes: PROBES, successThreshold: THRESHOLD, failureThreshold: THRESHOLD, probeTimeoutMs }
  return circuitBreaker({ clock, random, trip: consecutiveFailures(THRESHOLD), openMs: 100, halfOpen })
}
