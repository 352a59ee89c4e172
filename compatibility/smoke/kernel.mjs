/* oxlint-disable unicorn/no-thenable -- thenables are among what an operation may return */
import { isHoldfastError, keyed, observe, pipeline, policies, protect, retry, timeout } from 'holdfast'
import { check, equals, hang, is, rejection } from './check.mjs'

/** The kernel: what all policies have and share. */
export const kernelChecks = [
  check('a policy runs an operation, which may return a promise, a thenable or a value', async () => {
    const { run } = timeout({ timeoutMs: 10_000 })

    equals(await run(async () => 1), 1)
    // biome-ignore lint/suspicious/noThenProperty: that is what it is for
    equals(await run(() => ({ then: resolve => void resolve?.(2) })), 2)
    equals(await run(() => 3), 3)
  }),

  check('an operation that throws at once rejects with that very error', async () => {
    const thrown = new Error('no')

    is(
      await rejection(
        pipeline(retry({ maxAttempts: 1 })).run(() => {
          throw thrown
        }),
      ),
      thrown,
    )
  }),

  check('an abort in the middle of a wait rejects with the reason of the caller', async () => {
    const controller = new AbortController()
    const reason = new Error('the client has gone')
    let attempts = 0
    const answer = retry({ backoff: () => 60_000 }).run(
      () => {
        attempts += 1
        throw new Error('down')
      },
      { signal: controller.signal },
    )

    controller.abort(reason)

    is(await rejection(answer), reason)
    equals(attempts, 1)
  }),

  check('an abort reaches the signal of the operation, with its reason', async () => {
    const controller = new AbortController()
    const reason = new Error('the client has gone')
    let seen
    const answer = timeout({ timeoutMs: 10_000 }).run(
      call => {
        call.signal.addEventListener('abort', () => {
          seen = call.signal.reason
        })
        return hang(call)
      },
      { signal: controller.signal },
    )

    controller.abort(reason)

    is(await rejection(answer), reason)
    is(seen, reason)
  }),

  check('an inner call knows the deadline of the outer one', async () => {
    const outer = timeout({ timeoutMs: 5_000 })
    const inner = timeout({ timeoutMs: 60_000 })

    const leftMs = await outer.run(call => inner.run(({ remainingMs }) => remainingMs(), call))

    equals(leftMs > 0 && leftMs <= 5_000, true)
  }),

  check('events tell what happens, in order, to listeners and observers', async () => {
    const told = []
    const observed = []
    const undo = observe({ event: ({ type }) => void observed.push(type) })
    const policy = retry({ backoff: () => 0 })
    const unsubscribe = policy.subscribe(({ type }) => void told.push(type))
    let attempts = 0

    await policy.run(() => {
      attempts += 1
      if (attempts === 1) throw new Error('once')
    })
    unsubscribe()
    undo()
    await policy.run(() => 'unheard')

    equals(told, ['retry.scheduled', 'retry.succeeded'])
    equals(observed, [
      'call.started',
      'attempt.started',
      'attempt.settled',
      'retry.scheduled',
      'attempt.started',
      'attempt.settled',
      'retry.succeeded',
      'call.settled',
    ])
  }),

  check('keyed makes a policy for each key', async () => {
    const made = []
    const policy = keyed({
      by: ({ context }) => context.host,
      make: host => {
        made.push(host)
        return retry()
      },
    })

    for (const host of ['a', 'b', 'a']) await policy.run(() => host, { context: { host } })

    equals(made, ['a', 'b'])
  }),

  check('protect keeps the parameters of a function', async () => {
    const add = protect(retry(), async (one, other) => one + other)

    equals(await add(2, 3), 5)
  }),

  check('a wrong option throws at once, and names what was expected', () => {
    let message
    try {
      retry({ attempts: 3 })
    } catch (error) {
      message = error.message
    }

    equals(message.includes('attempts') && message.includes('maxAttempts'), true)
  }),

  check('living policies are found, and errors are known by their code', async () => {
    const policy = timeout({ name: 'smoke.living', timeoutMs: 1 })

    equals([...policies()].includes(policy), true)
    const error = await rejection(policy.run(hang))
    equals([isHoldfastError(error, 'ERR_HOLDFAST_TIMEOUT'), error.policy], [true, 'smoke.living'])
  }),
]
