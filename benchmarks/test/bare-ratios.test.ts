import { describe, expect, it } from 'vitest'
import { rowsOf, shareGoal } from '../src/harness/bare-ratios.ts'
import type { Turn } from '../src/harness/turns.ts'

function turn(ns: number, others: Partial<Turn> = {}): Turn {
  return { ns, cpuNs: 1, bytes: 1, p50Ns: 1, p99Ns: 1, ...others }
}

describe('rowsOf', () => {
  it('has a row of the group for each subject', () => {
    const rows = rowsOf(
      'fetch, 32 at once',
      new Map([
        ['holdfast', [turn(1)]],
        ['bare', [turn(1)]],
      ]),
    )

    expect(rows.map(({ group, subject }) => [group, subject])).toEqual([
      ['fetch, 32 at once', 'holdfast'],
      ['fetch, 32 at once', 'bare'],
    ])
  })

  it('takes ratios within each round, and tells their median', () => {
    const turns = new Map([
      ['holdfast', [turn(100), turn(1_000), turn(300)]],
      ['bare', [turn(80), turn(900), turn(150)]],
      ['ky', [turn(320), turn(2_000), turn(600)]],
    ])

    const [own, bare, ky] = rowsOf('fetch', turns).map(({ figures }) => figures)

    expect([own?.['ratio'], bare?.['ratio'], ky?.['ratio']]).toEqual([1, 0.8, 2])
    expect([own?.['throughputToBare'], bare?.['throughputToBare'], ky?.['throughputToBare']]).toEqual([0.8, 1, 0.25])
  })

  it('tells latencies, processor time and bytes the same way', () => {
    const turns = new Map([
      ['holdfast', [turn(1, { cpuNs: 12, bytes: 300, p50Ns: 20, p99Ns: 90 })]],
      ['bare', [turn(1, { cpuNs: 10, bytes: 150, p50Ns: 16, p99Ns: 30 })]],
    ])

    const [own, bare] = rowsOf('fetch', turns).map(({ figures }) => figures)

    expect(own).toMatchObject({ cpuToBare: 1.2, p50ToBare: 1.25, p99ToBare: 3, bytes: 300, p50Ns: 20, p99Ns: 90 })
    expect(bare).toMatchObject({ cpuToBare: 1, bytesRatio: 0.5 })
  })
})

describe('shareGoal', () => {
  it('is met with the share of bare throughput that was aimed at', () => {
    const rows = [{ group: 'query', subject: 'holdfast', figures: { throughputToBare: 0.8 } }]

    const goal = shareGoal(rows, 'query', 'a call', 0.8)

    expect(goal).toEqual({
      text: 'query: time of a call to that of a bare one (80 % of its throughput)',
      limit: 1.25,
      reached: 1.25,
    })
  })
})
