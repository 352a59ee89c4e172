/* oxlint-disable typescript/only-throw-error -- what is thrown is what was given */
import {
  bulkhead,
  circuitBreaker,
  consecutiveFailures,
  exponential,
  fallback,
  permanent,
  pipeline,
  retry,
  retryBudget,
  retryInfo,
  timeout,
} from 'holdfast'
import { after, check, equals, hang, is, rejection } from './check.mjs'

const fails = () => {
  throw new Error('down')
}

/** The five patterns, alone and composed: the limit of each, and both sides of it. */
export const patternChecks = [
  check('retry repeats until it succeeds, and tells what it went through', async () => {
    const result = { ok: true }
    let attempts = 0

    const answer = await retry({ backoff: () => 1 }).run(() => {
      attempts += 1
      if (attempts < 3) throw new Error('not yet')
      return result
    })

    is(answer, result)
    equals(retryInfo(answer)?.attempts, 3)
  }),

  check('retry ends with the last error, and repeats no permanent one', async () => {
    const thrown = []
    const fail = error => {
      thrown.push(error)
      throw error
    }

    const last = await rejection(retry({ backoff: () => 0 }).run(() => fail(new Error(`attempt ${thrown.length + 1}`))))
    is(last, thrown[2])
    await rejection(retry({ backoff: () => 0 }).run(() => fail(permanent(new Error('for good')))))
    equals(thrown.length, 4)
  }),

  check('retry stays within its budget', async () => {
    const policy = retry({
      backoff: () => 0,
      maxAttempts: Infinity,
      budget: retryBudget({ ratio: 0, minPerSecond: 1 }),
    })
    let attempts = 0

    const error = await rejection(
      policy.run(() => {
        attempts += 1
        return fails()
      }),
    )

    equals([attempts, retryInfo(error)?.stopped], [11, 'budget'])
  }),

  check('retry takes its waits from a clock of the user', async () => {
    const waits = []
    const clock = {
      nowMs: () => 0,
      epochMs: () => 0,
      setTimeout: (callback, ms) => {
        waits.push(ms)
        queueMicrotask(callback)
      },
      clearTimeout: () => {},
    }

    await rejection(retry({ clock, maxAttempts: 4, backoff: exponential({ jitter: 'none' }) }).run(fails))

    equals(waits, [100, 200, 400])
  }),

  check('timeout answers in time, and aborts the work', async () => {
    let signal
    const error = await rejection(
      timeout({ timeoutMs: 10 }).run(call => {
        signal = call.signal
        return hang(call)
      }),
    )

    equals([error.name, error.timeoutMs, signal.aborted], ['TimeoutError', 10, true])
    is(signal.reason, error)
  }),

  check('timeout leaves an answer in time alone', async () => {
    equals(await timeout({ timeoutMs: 10_000 }).run(() => after(1).then(() => 'in time')), 'in time')
  }),

  check('a circuit opens after its failures, refuses, probes and closes', async () => {
    const breaker = circuitBreaker({ trip: consecutiveFailures(2), openMs: 20 })
    let calls = 0
    for (let call = 0; call < 3; call++)
      await rejection(
        breaker.run(() => {
          calls += 1
          return fails()
        }),
      )

    equals([breaker.state, calls], ['open', 2])
    equals((await rejection(breaker.run(fails))).code, 'ERR_HOLDFAST_CIRCUIT_OPEN')
    await breaker.whenAvailable()
    equals([await breaker.run(() => 'well'), breaker.state], ['well', 'closed'])
  }),

  check('a bulkhead lets so many run, so many wait, and refuses the rest', async () => {
    const slots = bulkhead({ maxConcurrent: 2, maxQueued: 1 })
    let release = () => {}
    const gate = new Promise(resolve => {
      release = () => resolve('done')
    })
    const answers = [1, 2, 3].map(() => slots.run(() => gate))

    equals((await rejection(slots.run(() => gate))).code, 'ERR_HOLDFAST_BULKHEAD_FULL')
    equals([slots.active, slots.queued], [2, 1])
    release()
    equals(await Promise.all(answers), ['done', 'done', 'done'])
    equals([slots.active, slots.queued], [0, 0])
  }),

  check('a fallback answers for a failure, and not for an abort', async () => {
    const stale = fallback({ to: () => 'stale' })
    const controller = new AbortController()
    controller.abort(new Error('gone'))

    equals(await stale.run(fails), 'stale')
    equals((await rejection(stale.run(fails, { signal: controller.signal }))).message, 'gone')
  }),

  check('all five work in a pipeline', async () => {
    const policy = pipeline(
      fallback({ to: () => 'stale' }),
      retry({ backoff: () => 0 }),
      circuitBreaker(),
      bulkhead({ maxConcurrent: 1 }),
      timeout({ timeoutMs: 5 }),
    )
    let attempts = 0

    const answer = await policy.run(call => {
      attempts += 1
      return hang(call)
    })

    equals([answer, attempts], ['stale', 3])
  }),
]
