import type { PolicyEvent } from '@holdfast/core'
import type { Attributes } from '@opentelemetry/api'
import { OVERFLOW, PIPELINE_NAME, POLICY_KIND, POLICY_NAME } from './attributes.ts'

/** Adds to a counter, or records in a histogram. */
export type Write = (value: number, attributes: Attributes) => void

export interface MeasureOptions {
  readonly write: Write
  readonly maxAttributeSets: number
  /** Names of what a value may have besides: two at most. */
  readonly words: readonly string[]
  /** Whether the pipeline is told: no, where the policy is what was run. */
  readonly isWithinRun: boolean
}

/**
 * One instrument. It keeps each set of attributes that it has used, so that none is made again for each call; from the
 * first one that is too many, new ones share the overflow set, so that nothing is lost from the sums.
 */
export class Measure {
  readonly #options: MeasureOptions
  readonly #sets = new Map<string, Attributes>()

  constructor(options: MeasureOptions) {
    this.#options = options
  }

  write(value: number, event: PolicyEvent, first?: string, second?: string): void {
    this.#options.write(value, this.#attributesOf(event, first, second))
  }

  #attributesOf(event: PolicyEvent, first: string | undefined, second: string | undefined): Attributes {
    const { policy, pipeline } = event
    // Names and codes have no control characters, so that this is unambiguous.
    const key = `${policy.name}\n${policy.kind}\n${pipeline ?? ''}\n${first ?? ''}\n${second ?? ''}`
    const known = this.#sets.get(key)
    if (known !== undefined) return known
    if (this.#sets.size >= this.#options.maxAttributeSets) return OVERFLOW
    const attributes = this.#made(event, [first, second])
    this.#sets.set(key, attributes)
    return attributes
  }

  #made({ policy, pipeline }: PolicyEvent, values: readonly (string | undefined)[]): Attributes {
    const attributes: Attributes = { [POLICY_NAME]: policy.name, [POLICY_KIND]: policy.kind }
    const { words, isWithinRun } = this.#options
    if (isWithinRun && pipeline !== undefined) attributes[PIPELINE_NAME] = pipeline
    for (const [index, word] of words.entries()) {
      const value = values[index]
      if (value !== undefined) attributes[word] = value
    }
    return attributes
  }
}
