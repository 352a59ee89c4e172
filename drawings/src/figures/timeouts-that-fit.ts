import { badlyNested, type Chain, type Work, wellNested } from '../scenes/three-services.ts'
import type { Drawing } from '../svg/drawing.ts'
import { type Lane, type Span, timeline } from '../svg/timeline.ts'

export async function timeoutsThatFitDrawing(): Promise<Drawing> {
  const [well, badly] = [await wellNested(), await badlyNested()]
  return timeline({
    title: 'Limits that fit, and limits that do not',
    description: `A client asks a service, which asks a dependency that is slow. Limits that fit: the client waits 1000 ms, the service 900 ms for two attempts of 400 ms, and each tells the next how long it will still wait. The last work ends at ${lastOf(well)} ms, before the client gives up. Limits that do not: the client waits 500 ms, the service 2000 ms for two attempts of 800 ms, and nobody tells anybody. The client has gone after 500 ms, and work goes on for nobody until ${lastOf(badly)} ms.`,
    untilMs: 1_800,
    tickMs: 500,
    panels: [
      {
        heading: 'The outside waits longer, and tells for how long',
        note: 'Client 1 s, service 900 ms, attempts 400 ms.',
        lanes: lanesOf(well),
      },
      {
        heading: 'The inside waits longer',
        note: 'Client 500 ms, service 2 s, attempts 800 ms.',
        lanes: lanesOf(badly),
      },
    ],
    legend: [
      ['waiting', 'waits'],
      ['cut', 'works'],
      ['unwanted', 'works for nobody'],
    ],
  })
}

function lastOf({ works }: Chain): number {
  return Math.max(...works.map(({ toMs }) => toMs))
}

function lanesOf({ clientMs, attempts, works }: Chain): Lane[] {
  return [
    { name: 'client', spans: [{ kind: 'waiting', fromMs: 0, toMs: clientMs, text: `${clientMs} ms` }] },
    { name: 'service', spans: attempts.flatMap(work => wantedUntil(clientMs, work, 'waiting')) },
    // Two works at a time would hide each other.
    ...works.map((work, index): Lane => ({ name: `work ${index + 1}`, spans: wantedUntil(clientMs, work, 'cut') })),
  ]
}

/** What is done while the client waits, and what is done after it has gone. */
function wantedUntil(clientMs: number, { fromMs, toMs }: Work, kind: Span['kind']): Span[] {
  const spans: Span[] = [
    { kind, fromMs, toMs: Math.min(toMs, clientMs) },
    { kind: 'unwanted', fromMs: Math.max(fromMs, clientMs), toMs },
  ]
  return spans.filter(span => span.toMs > span.fromMs)
}
