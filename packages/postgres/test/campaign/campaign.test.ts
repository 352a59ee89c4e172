import process from 'node:process'
import { describePostgres } from '@holdfast/database-servers/vitest'
import { unhandledRejectionsOf } from '@holdfast/testing'
import { beforeAll, expect, it } from 'vitest'
import { type Campaign, campaign } from './campaign.ts'
import { ACCOUNTS, FIRST_CENTS } from './planned-transfer.ts'
import { type EndedTransfer, leftReason, mindChanged } from './transfer.ts'
import { verdictOn } from './verdict.ts'

/** A minute is what it is made for; every test run takes some seconds. */
const { HOLDFAST_CAMPAIGN_MS: length = '4000', HOLDFAST_SEED: seed = '20261122' } = process.env
const lengthMs = Number(length)
const outages = Math.max(3, Math.round(lengthMs / 5_000))

describePostgres(
  `transfers for ${lengthMs} ms, while all fails by chance (seed ${seed})`,
  server => {
    let ended: Campaign
    let unhandled: unknown[]
    const timesWritten = new Map<number, number>()

    beforeAll(async () => {
      unhandled = await unhandledRejectionsOf(async () => {
        ended = await campaign(server, { seed: Number(seed), lengthMs, outages })
      })
      for (const { id } of ended.ledger) timesWritten.set(id, (timesWritten.get(id) ?? 0) + 1)
      process.stdout.write(`${JSON.stringify({ seed, ...summaryOf(ended) }, undefined, 2)}\n`)
    }, lengthMs + 120_000)

    const toldWrongly = (verdict: ReturnType<typeof verdictOn>, allowed: readonly number[]) =>
      ended.transfers
        .filter(transfer => verdictOn(transfer) === verdict)
        .map(transfer => ({ ...transfer, times: timesWritten.get(transfer.id) ?? 0 }))
        .filter(({ times }) => !allowed.includes(times))

    it('has each once that was acknowledged', () => {
      expect(toldWrongly('made', [1])).toEqual([])
    })

    it('has none that was rejected', () => {
      expect(toldWrongly('not made', [0])).toEqual([])
    })

    it('has each once or not at all of which it was said that nobody knows', () => {
      expect(toldWrongly('unknown', [0, 1])).toEqual([])
    })

    it('says of a transaction whose caller has left before its COMMIT, and of one that was withdrawn, that it is not made', () => {
      const withdrawn = ended.transfers.filter(({ error }) => error === mindChanged)
      const left = ended.transfers.filter(({ manner, error }) => manner === 'transaction' && error === leftReason)

      expect(withdrawn.length).toBeGreaterThan(0)
      expect(left.length).toBeGreaterThan(0)
      expect([...withdrawn, ...left].filter(({ id }) => timesWritten.has(id))).toEqual([])
    })

    it('has the balances that follow from the ledger, and no cent more or less', () => {
      const balances = new Map(ended.accounts.map(({ id }) => [id, FIRST_CENTS]))
      for (const { source, target, cents } of ended.ledger) {
        balances.set(source, (balances.get(source) ?? 0) - cents)
        balances.set(target, (balances.get(target) ?? 0) + cents)
      }

      expect(ended.accounts.map(({ id, cents }) => [id, cents])).toEqual([...balances])
      expect(ended.accounts.reduce((sum, { cents }) => sum + cents, 0)).toBe(ACCOUNTS * FIRST_CENTS)
    })

    it('never shows a reader half of a transfer', () => {
      expect(ended.totals.length).toBeGreaterThan(0)
      expect(new Set(ended.totals)).toEqual(new Set([ACCOUNTS * FIRST_CENTS]))
    })

    it('leaves no slot and no connection in use, and no rejection unhandled', () => {
      expect(ended.left).toEqual({ active: 0, queued: 0, waiting: 0, busy: 0 })
      expect(unhandled).toEqual([])
    })

    it('meets failures that it repeats, and commits that it has to ask about', () => {
      expect(ended.transfers.filter(({ isAcknowledged }) => isAcknowledged).length).toBeGreaterThan(20)
      expect(ended.retries).toBeGreaterThan(20)
      expect(ended.probes).toContain('committed')
    })
  },
  { settings: { deadlock_timeout: '50ms' } },
)

function summaryOf({ transfers, probes, retries, happened, totals }: Campaign) {
  return {
    transfers: transfers.length,
    acknowledged: transfers.filter(({ isAcknowledged }) => isAcknowledged).length,
    unknown: countsOf(transfers.filter(each => verdictOn(each) === 'unknown').map(({ manner }) => manner)),
    rejected: codesOf(transfers),
    resolvedByProbe: countsOf(probes),
    retries,
    reads: totals.length,
    happened,
  }
}

function codesOf(transfers: readonly EndedTransfer[]): Record<string, number> {
  return countsOf(
    transfers
      .filter(({ isAcknowledged }) => !isAcknowledged)
      .map(({ error }) => {
        const { code, message } = error as { readonly code?: string; readonly message: string }
        return code ?? message
      }),
  )
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
