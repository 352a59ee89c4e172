import type { Observer } from '@holdfast/core'

/** Where events go: metrics, traces or logs. */
export interface Sink extends Pick<Observer, 'event' | 'around'> {
  readonly stop?: () => void
}
