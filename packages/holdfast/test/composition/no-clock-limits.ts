import { rejectionOf } from '@holdfast/fixtures/rejection-of'
import { hangs, record, rejects, resolves, scripted } from '@holdfast/testing'
import { constant, fallback, pipeline, retry, timeout } from 'holdfast'
import { expect } from 'vitest'
import type { Behaviour } from './no-clock-behaviours.ts'

const reset = new Error('reset')
const backoff = constant({ delayMs: 20, jitter: 'none' })

/** What retries, timeouts and fallbacks do with time. */
export const limits: readonly Behaviour[] = [
  {
    name: 'retry › waits before each further attempt',
    prepare: () => {
      const policy = retry({ maxAttempts: 3, backoff })
      return async time => {
        const log: string[] = []

        const answer = policy.run(({ attempt }) => {
          log.push(`attempt ${attempt}`)
          if (attempt === 3) return 'product'
          setTimeout(() => log.push('half of the wait'), 10)
          throw reset
        })
        await time.advance(40)

        expect(await answer).toBe('product')
        expect(log).toEqual(['attempt 1', 'half of the wait', 'attempt 2', 'half of the wait', 'attempt 3'])
      }
    },
  },
  {
    name: 'retry › stops in the middle of a wait when the caller aborts',
    prepare: () => {
      const policy = retry({ backoff })
      return async time => {
        const controller = new AbortController()
        const operation = scripted([rejects(reset)])
        setTimeout(() => controller.abort('user left'), 10)

        const rejection = rejectionOf(policy.run(operation, { signal: controller.signal }))
        await time.advance(40)

        expect(await rejection).toBe('user left')
        expect(operation.calls).toHaveLength(1)
      }
    },
  },
  {
    name: 'retry › does not begin a wait that would end after the limit of the run',
    prepare: () => {
      const policy = retry({ backoff: constant({ delayMs: 60_000, jitter: 'none' }) })
      return async () => {
        const recording = record(policy)

        const rejection = await rejectionOf(policy.run(scripted([rejects(reset)]), { timeoutMs: 60_000 }))

        expect(rejection).toBe(reset)
        expect(recording.of('retry.exhausted')).toMatchObject([{ attempts: 1, stopped: 'deadline' }])
      }
    },
  },
  {
    name: 'timeout › answers while deaf work goes on, and tells when that has ended',
    prepare: () => {
      const policy = timeout({ timeoutMs: 10 })
      return async time => {
        const log: unknown[] = []
        policy.subscribe(({ type }) => log.push(type))
        const discard = (value: string): unknown => log.push(value)
        const operation = scripted([resolves('late', { afterMs: 20, isDeaf: true })])

        const rejection = rejectionOf(policy.run(operation, { discard })).then(error => {
          log.push('answered')
          return error
        })
        await time.advance(20)

        expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 10 })
        expect(operation.calls[0]?.call.signal.reason).toBe(await rejection)
        expect(log).toEqual(['timeout.expired', 'answered', 'timeout.settledLate', 'late'])
      }
    },
  },
  {
    name: 'timeout › lets the earlier of nested limits pass first, wherever it lies',
    prepare: () => {
      const [short, long] = [timeout({ timeoutMs: 10, name: 'short' }), timeout({ timeoutMs: 60_000, name: 'long' })]
      const nested = [pipeline(short, long), pipeline(long, short)]
      return async time => {
        const rejections = nested.map(policy => rejectionOf(policy.run(scripted([hangs()]))))
        await time.advance(10)

        expect(await Promise.all(rejections)).toMatchObject([{ policy: 'short' }, { policy: 'short' }])
      }
    },
  },
  {
    name: 'timeout › tells the operation how much time is left',
    prepare: () => {
      const policy = timeout({ timeoutMs: 60_000 })
      return async time => {
        const answer = policy.run(
          ({ remainingMs }) =>
            new Promise<number[]>(resolve => {
              const atFirst = remainingMs()
              setTimeout(() => resolve([atFirst, remainingMs()]), 10)
            }),
        )
        await time.advance(10)

        const [atFirst = Number.NaN, later = Number.NaN] = await answer
        expect(atFirst).toBeLessThanOrEqual(60_000)
        expect(later).toBeGreaterThan(0)
        expect(later).toBeLessThan(atFirst)
      }
    },
  },
  {
    name: 'run › ends at its own limit, whatever is repeated within it',
    prepare: () => {
      const policy = pipeline(retry({ backoff }), timeout({ timeoutMs: 60_000 }))
      return async time => {
        const operation = scripted([hangs()])

        const rejection = rejectionOf(policy.run(operation, { timeoutMs: 10 }))
        await time.advance(10)

        expect(await rejection).toMatchObject({ code: 'ERR_HOLDFAST_TIMEOUT', timeoutMs: 10 })
        expect(operation.calls).toHaveLength(1)
        expect(operation.calls[0]?.call.signal.reason).toBe(await rejection)
      }
    },
  },
  {
    name: 'fallback › answers when a limit has passed',
    prepare: () => {
      const policy = pipeline(fallback({ to: () => 'stale' }), timeout({ timeoutMs: 10 }))
      return async time => {
        const recording = record(policy)

        const answer = policy.run(scripted([hangs({ isDeaf: true })]))
        await time.advance(10)

        expect(await answer).toBe('stale')
        expect(recording.types).toEqual(['timeout.expired', 'fallback.used'])
      }
    },
  },
]
