import assert from 'node:assert/strict'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import {
  type Capability,
  FAILURES_TO_OPEN,
  FRESH,
  type Job,
  MAX_ATTEMPTS,
  MAX_CONCURRENT,
  type Maker,
  STALE,
} from './job.ts'

const down = new Error('down')

/** Fails unless all who are said to do a job do it. */
export async function proveJob({ name, does, makers }: Job): Promise<void> {
  const capabilities = ['answers', ...does] as const
  await Promise.all(
    Object.entries(makers).flatMap(([subject, make]) =>
      capabilities.map(async capability => {
        await proofs[capability](make, `${name}: ${subject}`)
      }),
    ),
  )
}

const proofs: Readonly<Record<Capability | 'answers', (make: Maker, who: string) => Promise<void>>> = {
  answers: async (make, who) => {
    let calls = 0
    const call = make(async () => {
      calls++
      return FRESH
    })
    assert.deepEqual([await call(), await call(), calls], [FRESH, FRESH, 2], `${who} does not answer with the value`)
  },

  retries: async (make, who) => {
    let calls = 0
    const call = make(async () => {
      calls++
      if (calls < MAX_ATTEMPTS) throw down
      return FRESH
    })
    assert.deepEqual([await call(), calls], [FRESH, MAX_ATTEMPTS], `${who} does not try three times`)
  },

  timesOut: async (make, who) => {
    const call = make(() => new Promise(() => {}))
    assert.ok(await hasFailed(call), `${who} waits for ever`)
  },

  breaks: async (make, who) => {
    let calls = 0
    const call = make(async () => {
      calls++
      throw down
    })
    for (let failures = 0; failures < FAILURES_TO_OPEN; failures++) assert.ok(await hasFailed(call))
    const callsUntilOpen = calls
    assert.ok(await hasFailed(call))
    assert.equal(calls, callsUntilOpen, `${who} goes on calling what fails`)
  },

  limits: async (make, who) => {
    let calls = 0
    const call = make(() => {
      calls++
      return new Promise(() => {})
    })
    for (let each = 0; each < MAX_CONCURRENT + 2; each++) void call().catch(() => {})
    // A few turns of the event loop: some begin work a little later.
    for (let turn = 0; turn < 3; turn++) await turnOfTheLoop()
    assert.equal(calls, MAX_CONCURRENT, `${who} lets ${calls} run at once`)
  },

  fallsBack: async (make, who) => {
    const call = make(async () => {
      throw down
    })
    assert.equal(await call(), STALE, `${who} does not fall back`)
  },
}

/** Whether a call rejects, or answers with the fallback. */
async function hasFailed(call: () => Promise<unknown>): Promise<boolean> {
  try {
    return (await call()) === STALE
  } catch {
    return true
  }
}
