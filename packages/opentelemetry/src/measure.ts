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

/** A set of attributes, found by one value after the other: names are looked up much faster than joined. */
interface Branch {
  readonly next: Map<string | undefined, Branch>
  attributes: Attributes | undefined
}

/**
 * One instrument. It keeps each set of attributes that it has used, so that none is made again for each call; from the
 * first one that is too many, new ones share the overflow set, so that nothing is lost from the sums.
 */
export class Measure {
  readonly #options: MeasureOptions
  readonly #root: Branch = branch()
  #size = 0

  constructor(options: MeasureOptions) {
    this.#options = options
  }

  write(value: number, event: PolicyEvent, first?: string, second?: string): void {
    this.#options.write(value, this.#known(event, first, second) ?? this.#added(event, first, second))
  }

  #known(
    { policy, pipeline }: PolicyEvent,
    first: string | undefined,
    second: string | undefined,
  ): Attributes | undefined {
    const ofPolicy = this.#root.next.get(policy.name)?.next.get(policy.kind)?.next.get(pipeline)
    return ofPolicy?.next.get(first)?.next.get(second)?.attributes
  }

  #added(event: PolicyEvent, first: string | undefined, second: string | undefined): Attributes {
    if (this.#size >= this.#options.maxAttributeSets) return OVERFLOW
    this.#size++
    const { policy, pipeline } = event
    let leaf = this.#root
    for (const value of [policy.name, policy.kind, pipeline, first, second]) {
      const next = leaf.next.get(value) ?? branch()
      leaf.next.set(value, next)
      leaf = next
    }
    leaf.attributes = this.#made(event, [first, second])
    return leaf.attributes
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

const branch = (): Branch => ({ next: new Map(), attributes: undefined })
