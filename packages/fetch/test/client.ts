import { systemClock } from '@holdfast/core'
import { type ResilientFetch, type ResilientFetchOptions, resilientFetch } from '@holdfast/fetch'
import { type VirtualClock, virtualClock } from '@holdfast/testing'
import { type ScriptedFetch, scriptedFetch, type Turn } from './scripted-fetch.ts'

export interface Client {
  readonly api: ResilientFetch
  readonly clock: VirtualClock
  readonly fetch: ScriptedFetch
}

export const ORIGIN = 'https://api.example'

/** A resilient fetch in virtual time whose requests go by a script. Waits have no jitter: what is drawn is 1. */
export function client(turns: readonly Turn[], options: ResilientFetchOptions = {}): Client {
  return clientOn(virtualClock(), turns, options)
}

/** The same on a clock that the turns know, too. */
export function clientOn(clock: VirtualClock, turns: readonly Turn[], options: ResilientFetchOptions = {}): Client {
  const fetch = scriptedFetch(turns, clock)
  return { api: resilientFetch({ clock, fetch, random: () => 1, ...options }), clock, fetch }
}

/** Lets all time pass that a call wants, and ends as the call does. */
export async function ended<T>(clock: VirtualClock, answer: Promise<T>): Promise<T> {
  // Whoever waits for the answer hears of a rejection; nobody does while time goes on.
  answer.catch(() => {})
  await clock.runAll()
  return answer
}

/** When requests were sent, in milliseconds from the beginning. */
export function sentAt({ fetch }: Pick<Client, 'fetch'>): number[] {
  return fetch.sent.map(({ atMs }) => atMs)
}

/** The same in real time, where waits take no time: bodies are read in turns of the event loop that no clock knows of. */
export function promptClient(turns: readonly Turn[], options: ResilientFetchOptions = {}): Omit<Client, 'clock'> {
  const fetch = scriptedFetch(turns, systemClock)
  return { api: resilientFetch({ fetch, random: () => 0, ...options }), fetch }
}
