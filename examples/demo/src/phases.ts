/** What becomes of one request. */
type Fate =
  | { readonly does: 'answer'; readonly afterMs: number }
  | { readonly does: 'refuse' }
  | { readonly does: 'reset' }
  | { readonly does: 'hang' }

/** Draws a number, at least 0 and below 1: the same for the same request and purpose. */
type Draw = (purpose: string) => number

export interface Phase {
  readonly name: string
  readonly story: string
  /** How long it lasts, in proportion to the others. */
  readonly weight: number
  readonly fateOf: (draw: Draw) => Fate
}

export interface ScheduledPhase extends Phase {
  readonly fromMs: number
  readonly toMs: number
}

const answer = (draw: Draw, fastestMs: number, slowestMs: number): Fate => ({
  does: 'answer',
  afterMs: fastestMs + draw('latency') * (slowestMs - fastestMs),
})

const fail = (draw: Draw): Fate => ({ does: draw('failure') < 0.5 ? 'refuse' : 'reset' })

const healthy: Phase = {
  name: 'healthy',
  story: 'every request is answered within 40 ms',
  weight: 5,
  fateOf: draw => answer(draw, 10, 40),
}

const flaky: Phase = {
  name: 'flaky',
  story: 'three requests of ten fail: 503 or reset',
  weight: 6,
  fateOf: draw => (draw('luck') < 0.3 ? fail(draw) : answer(draw, 10, 40)),
}

const slow: Phase = {
  name: 'slow',
  story: 'most take up to 0.2 s, one of four up to 1.5 s',
  weight: 6,
  fateOf: draw => (draw('luck') < 0.25 ? answer(draw, 900, 1_500) : answer(draw, 80, 200)),
}

const down: Phase = {
  name: 'down',
  story: 'every request fails: 503 or reset',
  weight: 7,
  fateOf: fail,
}

const hanging: Phase = {
  name: 'hanging',
  story: 'requests are accepted and never answered',
  weight: 6,
  fateOf: () => ({ does: 'hang' }),
}

const script: readonly Phase[] = [healthy, flaky, slow, down, healthy, hanging, healthy]

/** Fits the phases into a time. */
export function schedule(durationMs: number): readonly ScheduledPhase[] {
  const totalWeight = script.reduce((sum, { weight }) => sum + weight, 0)
  let toMs = 0
  return script.map(phase => {
    const fromMs = toMs
    toMs += (durationMs * phase.weight) / totalWeight
    return { ...phase, fromMs, toMs }
  })
}

/** The phase of a time; the last one stays. */
export function phaseAt(phases: readonly ScheduledPhase[], elapsedMs: number): ScheduledPhase {
  return phases.find(({ toMs }) => elapsedMs < toMs) ?? (phases.at(-1) as ScheduledPhase)
}

/** True of a phase in which no request can succeed: whatever is sent then is sent in vain. */
export function isOutage({ name }: Phase): boolean {
  return name === down.name || name === hanging.name
}
