import process from 'node:process'
import type { RecordedRequest } from '@holdfast/fault-server'
import { unhandledRejectionsOf } from '@holdfast/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Batch, campaign, type EndedCall } from './campaign.ts'
import { allThatCanHappen, callOf, isMisdirected, isRefused, REDIRECTED, textOf } from './faults.ts'

/** 100 000 are made by `npm run campaign`; of these, every test run makes some. */
const { HOLDFAST_CAMPAIGN: length = '10000', HOLDFAST_SEED: seed = '20261122' } = process.env

/** One server records so many calls. */
const BATCH = 5_000

const batches: Batch[] = []
let unhandled: unknown[] = []

/** A call with the requests of it that the server has seen. */
interface Account extends EndedCall {
  readonly requests: readonly RecordedRequest[]
}

function accountsOf({ calls, requests }: Batch): Account[] {
  const accounts = new Map(calls.map(call => [call.number, { ...call, requests: [] as RecordedRequest[] }]))
  for (const request of requests) accounts.get(callOf(request))?.requests.push(request)
  return [...accounts.values()]
}

const accounts = (): Account[] => batches.flatMap(accountsOf)

/** What tells of a call that ended as none should. */
const told = (wrong: readonly Account[]) =>
  wrong.map(({ number, init: { method }, sent, status, error, requests }) => ({
    number,
    method,
    sent,
    status,
    error,
    steps: requests.map(({ step }) => step),
  }))

describe(`${length} calls of all kinds to servers that fail by chance`, () => {
  beforeAll(async () => {
    unhandled = await unhandledRejectionsOf(async () => {
      for (let first = 1; first <= Number(length); first += BATCH) {
        const size = Math.min(BATCH, Number(length) - first + 1)
        const numbers = Array.from({ length: size }, (_, index) => first + index)
        batches.push(await campaign(numbers, Number(seed)))
      }
    })
  }, 3_600_000)

  it('end each with a response or an error', () => {
    const numbers = accounts().map(({ number }) => number)
    const unended = accounts().filter(({ status, error }) => status === undefined && error === undefined)

    expect(new Set(numbers).size).toBe(Number(length))
    expect(told(unended)).toEqual([])
  })

  it('reach the server no second time without the right to it', () => {
    const doubled = accounts().filter(
      ({ isIdempotent, requests }) => !isIdempotent && !requests.slice(0, -1).every(isRefused),
    )

    expect(told(doubled)).toEqual([])
  })

  it('reach the server as often as the platform was asked, but for what broke on the way', () => {
    const wrong = accounts().filter(({ sent, answered, requests }) => {
      const repeatedByPlatform = requests.filter(isMisdirected).length
      return sent > 3 || requests.length > sent + repeatedByPlatform || requests.length < answered
    })
    const known = new Set(accounts().map(({ number }) => number))
    const strangers = batches.flatMap(({ requests }) =>
      requests.filter(request => request.path !== REDIRECTED && !known.has(callOf(request))),
    )

    expect(told(wrong)).toEqual([])
    expect(strangers).toEqual([])
  })

  it('send their body to its last byte, each time that the server has read it', () => {
    const wrong = accounts().filter(({ requests, bodySha256 }) =>
      requests.some(({ body }) => body.state === 'complete' && body.sha256 !== bodySha256),
    )

    expect(told(wrong)).toEqual([])
  })

  it('bring an answer that the server has sent to them, or an error', () => {
    const wrong = accounts().filter(({ number, text, status, init, requests }) => {
      if (status !== 200 || text === undefined) return false
      // A request that was given up may arrive after the one that followed it.
      const texts = requests.map(({ step }) => textOf(step, number))
      return !(init.method === 'HEAD' ? [''] : texts).includes(text)
    })

    expect(told(wrong)).toEqual([])
  })

  it('leave no listener, no timer and no socket', () => {
    const nothing = { listeners: 0, timers: 0, sockets: 0 }

    expect(batches.map(({ left }) => left)).toEqual(batches.map(() => nothing))
    expect(unhandled).toEqual([])
  })

  it('meet all that can happen', () => {
    const all = accounts()
    const share = (is: (account: Account) => boolean): number => all.filter(is).length / all.length
    const steps = new Set(all.flatMap(({ requests }) => requests.map(({ step }) => step)))

    expect(steps).toEqual(allThatCanHappen)
    expect(share(({ status }) => status === 200)).toBeGreaterThan(0.3)
    expect(share(({ sent }) => sent > 1)).toBeGreaterThan(0.05)
    expect(share(({ error }) => error !== undefined)).toBeGreaterThan(0.01)
  })
})
