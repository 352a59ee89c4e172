import type { Outcome } from './ledger.ts'
import type { Line, Span } from './line.ts'
import type { Scene, Side } from './scene.ts'
import { latency, percent } from './units.ts'

const widths = { label: 30, cell: 12 }

/** The closing table: at most 54 columns wide. */
export function summary({ bare, guarded }: Scene): readonly Line[] {
  const row = (label: string, cell: (side: Side) => string, style?: Span[1]): Line =>
    tableRow(label, cell(bare), cell(guarded), style)

  return [
    tableRow('', 'bare fetch', 'Holdfast', 'bold'),
    row('calls', ({ ledger }) => String(ledger.entries.length)),
    row('usable answers', side => share(side, 'fresh', 'stale'), 'bold'),
    row('  fresh', side => share(side, 'fresh')),
    row('  stale, from the fallback', side => share(side, 'stale')),
    row('failed or never answered', side => share(side, 'failed', 'waiting')),
    row('latency p50', ({ ledger }) => latency(ledger.latencyMs(0.5))),
    row('latency p99', ({ ledger }) => latency(ledger.latencyMs(0.99)), 'bold'),
    row('requests to the dependency', ({ dependency }) => String(dependency.received)),
    row('  while it was down or hanging', ({ dependency }) => String(dependency.receivedInVain), 'bold'),
    [],
    [['A stale answer is the last price that was known.', 'dim']],
    [['Latency is that of all calls, failed ones included;', 'dim']],
    [['who never got an answer waited until the end.', 'dim']],
  ]
}

function tableRow(label: string, bare: string, guarded: string, style: Span[1]): Line {
  const text = `${label.padEnd(widths.label)}${bare.padStart(widths.cell)}${guarded.padStart(widths.cell)}`
  return [style === undefined ? [text] : [text, style]]
}

function share({ ledger }: Side, ...outcomes: readonly Outcome[]): string {
  const part = outcomes.reduce((sum, outcome) => sum + ledger.count(outcome), 0)
  return percent(part, ledger.entries.length)
}
