import { seededRandom } from '@holdfast/testing'

/** Draws lots that depend on nothing but the seed and these numbers, in whatever order things happen. */
export interface Lots {
  /** One of these, each as likely as its weight says. */
  readonly pick: <T>(choices: readonly (readonly [weight: number, choice: T])[]) => T
  /** An integer below `limit`. */
  readonly below: (limit: number) => number
}

export function lots(seed: number, ...numbers: readonly number[]): Lots {
  // Neighbours must not draw alike: the multiplier is that of Knuth.
  const mixed = numbers.reduce((hash, number) => Math.imul(hash ^ number, 2_654_435_761) ^ (hash >>> 15), seed)
  const random = seededRandom(mixed)
  return {
    below: limit => Math.floor(random() * limit),
    pick: choices => {
      let left = random() * choices.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, choice] of choices) {
        left -= weight
        if (left < 0) return choice
      }
      throw new Error('there is nothing to choose from')
    },
  }
}
