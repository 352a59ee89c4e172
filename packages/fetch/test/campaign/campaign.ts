import { setImmediate } from 'node:timers/promises'
import { consecutiveFailures } from '@holdfast/circuit-breaker'
import { type FaultServer, faultServer } from '@holdfast/fault-server'
import { type ResilientFetch, resilientFetch, retryInfo } from '@holdfast/fetch'
import { abortListeners } from '@holdfast/fixtures/abort-listeners'
import { seededRandom } from '@holdfast/testing'
import { Agent, fetch } from 'undici'
import type { Fetch } from '../servers/platforms.ts'
import { countedTimers } from './counted-timers.ts'
import { faultFor } from './faults.ts'
import { type PlannedCall, plannedCall } from './planned-call.ts'

const CONCURRENT = 64
const BREAKERS = 100

/** What became of a call. */
export interface EndedCall extends PlannedCall {
  /** How often the platform was asked, and how often it had a response. */
  readonly sent: number
  readonly answered: number
  readonly status: number | undefined
  /** What its caller has read; undefined where it has cancelled the body, or the body has broken. */
  readonly text: string | undefined
  /** Of the call, or of its body. */
  readonly error: unknown
  readonly stopped: string | undefined
}

/** What is there when nothing is under way. */
interface Leftovers {
  readonly listeners: number
  readonly timers: number
  readonly sockets: number
}

export interface Batch {
  readonly calls: readonly EndedCall[]
  readonly requests: FaultServer['requests']
  readonly left: Leftovers
}

/** Makes these calls, some at a time, against a server of their own that fails as the seed says. */
export async function campaign(numbers: readonly number[], seed: number): Promise<Batch> {
  await using server = await faultServer()
  server.otherwise(request => faultFor(request, seed))
  const dispatcher = new Agent()
  const clock = countedTimers()
  const { signal } = new AbortController()
  const counts = new Map<string, { sent: number; answered: number }>()
  const counted = async (input: string, init: object) => {
    const count = counts.get(input) ?? { sent: 0, answered: 0 }
    counts.set(input, count)
    count.sent++
    const response = await fetch(input, { ...init, dispatcher })
    count.answered++
    return response
  }
  const api = resilientFetch({
    fetch: counted as unknown as Fetch,
    clock,
    random: seededRandom(seed),
    keyBy: ({ url }) => String(Number(url.pathname.slice(1)) % BREAKERS),
    // A machine that is busy with other things must not make a fault of every call.
    total: { timeoutMs: 5_000 },
    attempt: { timeoutMs: 1_000 },
    retry: { backoff: ({ attempt }) => attempt },
    breaker: { trip: consecutiveFailures(4), openMs: 20 },
    body: { idleMs: 1_000, drainMs: 100 },
  })

  const waiting = numbers.values()
  const calls: EndedCall[] = []
  const worker = async (): Promise<void> => {
    for (const number of waiting) {
      const call = plannedCall(number, seed)
      const ended = await made(call, api, server.url, signal)
      calls.push({ ...call, ...(counts.get(server.url + call.path) ?? { sent: 0, answered: 0 }), ...ended })
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT }, worker))
  // Responses that nobody wanted may still be drained. The agent closes when its last request has ended.
  await dispatcher.close()
  await server.connections.allClosed()
  const left = { listeners: abortListeners(signal), timers: clock.pending(), sockets: server.connections.open }
  return { calls, requests: server.requests, left }
}

async function made(
  { path, init, read, patience }: PlannedCall,
  api: ResilientFetch,
  url: string,
  shared: AbortSignal,
) {
  const caller = new AbortController()
  if (patience !== undefined) void givesUp(caller, patience)
  const signal = patience === undefined ? shared : caller.signal
  let status: number | undefined
  try {
    const response = await api(url + path, { ...init, signal })
    status = response.status
    const text = (await read(response)) as string | undefined
    return { status, text, error: undefined, stopped: retryInfo(response)?.stopped }
  } catch (error) {
    return { status, text: undefined, error: error ?? 'nothing', stopped: retryInfo(error)?.stopped }
  }
}

async function givesUp(caller: AbortController, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await setImmediate()
  caller.abort(new Error('the caller has gone'))
}
