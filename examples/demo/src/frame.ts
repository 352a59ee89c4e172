import type { Entry, Ledger, Outcome } from './ledger.ts'
import { type Line, type Span, spread } from './line.ts'
import type { Note } from './note.ts'
import { phaseAt } from './phases.ts'
import type { Scene, Side } from './scene.ts'
import { latency, seconds } from './units.ts'

export interface LoggedNote extends Note {
  readonly atMs: number
  /** How often it came in a row. */
  readonly times: number
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

const looks = {
  fresh: ['●', 'green'],
  stale: ['○', 'yellow'],
  failed: ['×', 'red'],
  waiting: ['·', 'dim'],
} as const satisfies Record<Outcome, Span>

const breakerStyles = { closed: 'green', open: 'red', halfOpen: 'yellow', isolated: 'red' } as const
const toneStyles = { good: 'green', bad: 'red', quiet: 'dim' } as const

/** What the terminal shows at this moment. */
export function frame(scene: Scene, notes: readonly LoggedNote[], { columns, rows }: Size): readonly Line[] {
  const picture: readonly Line[] = [
    ...heading(scene, columns),
    [],
    ...side('bare fetch', scene.bare, columns),
    [],
    ...side('through Holdfast', scene.guarded, columns),
    policies(scene),
    [],
  ]
  const places = Math.min(8, Math.max(0, rows - picture.length))
  const shown = places === 0 ? [] : notes.slice(-places)
  return [...picture, ...shown.map(noteLine)]
}

function heading({ seed, phases, elapsedMs }: Scene, columns: number): readonly Line[] {
  const totalMs = phases.at(-1)?.toMs ?? 0
  const nowMs = Math.min(elapsedMs(), totalMs)
  const phase = phaseAt(phases, nowMs)
  const names = phases.flatMap((each): Span[] => [[each.name, each === phase ? ['bold', 'inverse'] : 'dim'], [' ']])
  const done = Math.round((columns * nowMs) / totalMs)
  const title: Line = [
    ['Holdfast demo', 'bold'],
    [`  seed ${seed}`, 'dim'],
  ]
  return [
    spread(title, [[`${seconds(nowMs)} of ${seconds(totalMs)}`]], columns),
    [
      ['━'.repeat(done), 'cyan'],
      ['─'.repeat(columns - done), 'dim'],
    ],
    names,
    [[`${phase.name}: ${phase.story}`]],
  ]
}

function side(title: string, { ledger, dependency }: Side, columns: number): readonly Line[] {
  const sent: Line = [[`${dependency.received} requests, p99 ${latency(ledger.latencyMs(0.99))}`]]
  return [
    spread([[title, 'bold']], sent, columns),
    ledger.entries.slice(-columns).map(({ outcome }) => looks[outcome]),
    counts(ledger),
    lastAnswer(ledger.latest),
  ]
}

function counts(ledger: Ledger): Line {
  return (['fresh', 'stale', 'failed', 'waiting'] as const).flatMap((outcome): Span[] => {
    const [mark, style] = looks[outcome]
    return [[mark, style], [` ${ledger.count(outcome)} ${outcome}   `]]
  })
}

function lastAnswer(entry: Entry | undefined): Line {
  if (entry === undefined) return [['no answer yet', 'dim']]
  const { outcome, words, startMs, endMs } = entry
  return [
    ['latest: ', 'dim'],
    [words, looks[outcome][1]],
    [` after ${latency(endMs - startMs)}`, 'dim'],
  ]
}

function policies({ guarded: { breaker, slots } }: Scene): Line {
  const { state } = breaker
  return [
    ['breaker ', 'dim'],
    [state === 'halfOpen' ? 'half-open' : state, ['bold', breakerStyles[state]]],
    [`   bulkhead ${slots.active} active, ${slots.queued} queued`, 'dim'],
  ]
}

function noteLine({ atMs, words, tone, times }: LoggedNote): Line {
  return [
    [`${seconds(atMs).padStart(7)}  `, 'dim'],
    [words, toneStyles[tone]],
    [times > 1 ? ` ×${times}` : '', 'dim'],
  ]
}
