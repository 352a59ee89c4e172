import type { CircuitOpened } from 'holdfast'
import { failureWords } from './failure-words.ts'
import type { GuardedEvent } from './guarded-client.ts'
import { seconds } from './units.ts'

/** What one event means, for somebody who watches. */
export interface Note {
  readonly words: string
  readonly tone: 'good' | 'bad' | 'quiet'
  /** True where the state of the breaker changes. */
  readonly isTurningPoint: boolean
}

/** The note on an event of the pipeline; undefined for those that another one tells better. */
export function noteOn(event: GuardedEvent): Note | undefined {
  switch (event.type) {
    case 'retry.scheduled':
      return step(
        'quiet',
        `attempt ${event.attempt}: ${failureWords(event.error)}, again in ${Math.round(event.delayMs)} ms`,
      )
    case 'retry.succeeded':
      return step('good', `attempt ${event.attempts} succeeded`)
    case 'retry.exhausted':
      return step(
        'bad',
        event.stopped === 'attempts' ? `gave up after ${event.attempts} attempts` : 'no time to try again',
      )
    case 'retry.budgetExhausted':
      return step('bad', 'no retry left in the budget')
    case 'circuit.opened':
      return turn('bad', `breaker opens for ${seconds(event.openMs)}: ${causes[event.cause]}`)
    case 'circuit.halfOpened':
      return turn('quiet', 'breaker is half-open: one call may probe')
    case 'circuit.closed':
      return turn('good', 'breaker closes: the probe succeeded')
    case 'bulkhead.queued':
      return step('quiet', `all ${event.active} slots are taken: a call waits`)
    case 'fallback.used':
      return step('quiet', `last known price instead: ${failureWords(event.error)}`)
    case 'fallback.failed':
      return step('bad', 'no price is known yet')
    // Told by the retry or the fallback, which get their errors.
    case 'timeout.expired':
    case 'circuit.rejected':
    case 'bulkhead.rejected':
    // Nothing to see here.
    case 'timeout.settledLate':
    case 'circuit.restoreFailed':
    case 'bulkhead.acquired':
    case 'bulkhead.reclaimed':
      break
  }
  return undefined
}

const causes: Record<CircuitOpened['cause'], string> = {
  tripped: 'too many failures',
  probe: 'the probe failed',
  isolated: 'by hand',
  restored: 'it was before',
}

const step = (tone: Note['tone'], words: string): Note => ({ words, tone, isTurningPoint: false })
const turn = (tone: Note['tone'], words: string): Note => ({ words, tone, isTurningPoint: true })
