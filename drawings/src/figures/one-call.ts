import type { Stage } from '../stage.ts'
import type { Lane, Span } from '../svg/timeline.ts'

/** The attempts of the only caller of a scene, the waits between them, and what it got. */
export function oneCallLanes({ attempts, waits, answers }: Stage): Lane[] {
  const [answer] = answers
  if (answer === undefined) throw new Error('a scene has ended without an answer')
  const { fromMs, toMs, outcome, text } = answer
  const works: Span[] = attempts.map((attempt, index) => ({
    kind: attempt.outcome,
    fromMs: attempt.fromMs,
    toMs: attempt.toMs,
    text: `${index + 1}`,
  }))
  // A wait that a limit further out has ended was shorter than planned.
  const pauses: Span[] = waits.map(wait => ({ kind: 'waiting', fromMs: wait.fromMs, toMs: Math.min(wait.toMs, toMs) }))
  return [
    { name: 'attempts', spans: [...works, ...pauses] },
    { name: 'caller', spans: [{ kind: outcome, fromMs, toMs, text: `${text} after ${toMs - fromMs} ms` }] },
  ]
}
