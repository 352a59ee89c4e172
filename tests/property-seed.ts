import process from 'node:process'
import * as fc from 'fast-check'

/** So that a change fails for what it does and not by chance, and a failure can be repeated. */
const EVERY_TIME = 20_261_122

/** What the property tests draw from: always the same, unless `HOLDFAST_SEED` is an integer. Every night it is a new one. */
const { HOLDFAST_SEED: seed = String(EVERY_TIME) } = process.env
if (!/^-?\d{1,10}$/.test(seed)) throw new RangeError(`HOLDFAST_SEED must be an integer, got ${seed}`)

fc.configureGlobal({ seed: Number(seed) })
