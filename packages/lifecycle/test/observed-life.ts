import { type Lifecycle, type LifecycleOptions, lifecycle } from '@holdfast/lifecycle'
import { type VirtualClock, virtualClock } from '@holdfast/testing'

interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly [attribute: string]: unknown
}

export interface ObservedLife {
  readonly life: Lifecycle
  readonly clock: VirtualClock
  readonly lines: LogLine[]
  /** Codes that the process would have ended with. */
  readonly exits: number[]
}

/** A lifecycle that listens to no signal and ends nothing, in a time of its own. */
export function observedLife(options: LifecycleOptions = {}): ObservedLife {
  const clock = virtualClock()
  const lines: LogLine[] = []
  const exits: number[] = []
  const at =
    (level: LogLine['level']) =>
    (attributes: object, message: string): void =>
      void lines.push({ ...attributes, level, message })
  const life = lifecycle({
    name: 'shop',
    signals: [],
    uncaughtErrors: false,
    discover: false,
    drainDelayMs: 1_000,
    graceMs: 10_000,
    closeMs: 2_000,
    logger: { info: at('info'), warn: at('warn'), error: at('error') },
    exit: code => exits.push(code),
    clock,
    ...options,
  })
  return { life, clock, lines, exits }
}
