import { DOWN_FROM_MS, DOWN_UNTIL_MS, outage, UNTIL_MS } from '../scenes/outage.ts'
import type { Drawing } from '../svg/drawing.ts'
import { type Mark, type Span, timeline } from '../svg/timeline.ts'

export async function breakerTimelineDrawing(): Promise<Drawing> {
  const { answered, failed, refused, phases } = await outage()
  const [opened] = phases.filter(({ state }) => state === 'open')
  const probes = phases.filter(({ state }) => state === 'halfOpen').length
  const closed = phases.at(-1)
  return timeline({
    title: 'A circuit through an outage',
    description: `A call every 250 ms, to a dependency that is down from second 4 to second 13. Half of the calls of 5 s must fail for the circuit to open, which is so at ${seconds(opened?.fromMs)}, after ${failed.length - probes + 1} failures. While it is open, ${refused.length} calls are refused. Each 3 s one probe is let through, ${probes} in all, until one succeeds: the circuit is closed again at ${seconds(closed?.fromMs)}.`,
    untilMs: UNTIL_MS,
    tickMs: 5_000,
    panels: [
      {
        heading: 'It opens when half of 10 calls or more fail within 5 s',
        note: 'It stays open for 3 s. A call comes every 250 ms.',
        lanes: [
          { name: 'server', spans: healthOfDependency() },
          { name: 'answered', marks: marks(answered, 'glyph-good') },
          { name: 'failed', marks: marks(failed, 'glyph-bad') },
          { name: 'refused', marks: marks(refused, 'glyph') },
          {
            name: 'circuit',
            spans: phases.map(
              ({ state, fromMs, toMs }): Span => ({ kind: kindOf(state), fromMs, toMs, text: nameOf(state) }),
            ),
          },
        ],
      },
    ],
    legend: [
      ['closed', 'circuit closed'],
      ['open', 'circuit open'],
      ['waiting', 'half-open: one probe'],
      ['unwanted', 'server down'],
    ],
  })
}

function healthOfDependency(): Span[] {
  return [
    { kind: 'closed', fromMs: 0, toMs: DOWN_FROM_MS, text: 'well' },
    { kind: 'unwanted', fromMs: DOWN_FROM_MS, toMs: DOWN_UNTIL_MS },
    { kind: 'closed', fromMs: DOWN_UNTIL_MS, toMs: UNTIL_MS, text: 'well' },
  ]
}

function marks(times: readonly number[], kind: Mark['kind']): Mark[] {
  return times.map(atMs => ({ shape: 'dash', kind, atMs }))
}

function kindOf(state: string): Span['kind'] {
  if (state === 'closed') return 'closed'
  return state === 'open' ? 'open' : 'waiting'
}

/** Probes are over too soon for a word to fit. */
function nameOf(state: string): string {
  return state === 'halfOpen' ? '' : state
}

function seconds(ms: number | undefined): string {
  return `${((ms ?? 0) / 1_000).toFixed(2)} s`
}
