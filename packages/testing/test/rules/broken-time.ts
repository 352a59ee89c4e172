import type { PolicyEvent } from '@holdfast/core'
import { definePolicy, Emitter, readPolicyOptions } from '@holdfast/core/kernel'
import { breakerTimedBy, type Stopwatch } from './breaking.ts'
import type { Broken } from './broken.ts'
import { type Failed, heard, layer, running } from './layers.ts'
import { repeating, WAIT_MS } from './repeating.ts'
import { sleep } from './sleep.ts'

const MOST_TIMER_MS = 2 ** 31 - 1

function started(nowMs: () => number, elapsedMs: (startedMs: number) => number): Stopwatch {
  let startedMs = 0
  return {
    start: () => {
      startedMs = nowMs()
    },
    elapsedMs: () => elapsedMs(startedMs),
  }
}

/** Mistakes with rule 6, time is one injected clock, and with rule 7, waits that cannot succeed fail at once. */
export const brokenTime: readonly Broken[] = [
  {
    mistake: 'spaces calls from a time that lies ahead once the clock has stepped back',
    subject: {
      make: options => {
        let freeMs = -Infinity
        return layer(options, (next, operation, call) => {
          const nowMs = options.clock.nowMs()
          if (freeMs - nowMs > 1_000) return Promise.reject(new Error('too many calls'))
          freeMs = Math.max(freeMs, nowMs) + 1
          return next(operation, call)
        })
      },
    },
    breaks: {
      'the run after the step: expected last, got Error: too many calls': [
        'rule 6: a clock that steps back by an hour does not disturb calls',
      ],
    },
  },
  {
    mistake: 'takes a step forward for a silence that ends a connection for ever',
    subject: {
      make: options => {
        let lastMs = Infinity
        return layer(options, (next, operation, call) => {
          const nowMs = options.clock.nowMs()
          if (nowMs - lastMs > 1_800_000) return Promise.reject(new Error('the connection has been idle for too long'))
          lastMs = nowMs
          return next(operation, call)
        })
      },
    },
    breaks: {
      'the run after the step: expected last, got Error: the connection has been idle for too long': [
        'rule 6: a clock that steps forward by an hour does not disturb calls',
      ],
    },
  },
  {
    mistake: 'stays open until a time that lies ahead once the clock has stepped back',
    subject: breakerTimedBy(({ clock }) => started(clock.nowMs, startedMs => clock.nowMs() - startedMs)),
    breaks: {
      'a run after the time to recover: expected up, got CircuitOpenError': [
        'rule 6: a clock that steps back by an hour keeps nobody out for longer',
      ],
    },
  },
  {
    mistake: 'begins its open time anew at each call, once the clock has stepped forward',
    subject: breakerTimedBy(({ clock }) =>
      started(clock.nowMs, startedMs => {
        const elapsedMs = Math.abs(clock.nowMs() - startedMs)
        return clock.nowMs() > startedMs && elapsedMs > 60_000 ? 0 : elapsedMs
      }),
    ),
    breaks: {
      'a run after the time to recover: expected up, got CircuitOpenError': [
        'rule 6: a clock that steps forward by an hour keeps nobody out for longer',
      ],
    },
  },
  {
    mistake: 'reads Date.now and not its clock',
    subject: breakerTimedBy(() => started(Date.now, startedMs => Date.now() - startedMs)),
    breaks: {
      'a run after the time to recover: expected up, got CircuitOpenError': [
        'rule 6: a clock that steps back by an hour keeps nobody out for longer',
        'rule 6: a clock that steps forward by an hour keeps nobody out for longer',
      ],
    },
  },
  {
    mistake: 'hands to a timer what no timer can hold',
    subject: {
      make: options =>
        running(layer(options), (run, operation, given = {}) => {
          if ('attempt' in given || (given.timeoutMs ?? 0) <= MOST_TIMER_MS) return run(operation, given)
          // What a timer of the platform makes of it.
          return run(operation, { ...given, timeoutMs: 1 })
        }),
    },
    breaks: {
      'the run: expected up, got TimeoutError: layer: no answer within 1 ms': [
        'rule 6: a limit of Infinity ms is none',
        'rule 6: a limit of 2147483648 ms is none',
      ],
    },
  },
  {
    mistake: 'knows of Infinity only that no timer can hold it',
    subject: {
      make: options =>
        running(layer(options), (run, operation, given = {}) => {
          if ('attempt' in given || (given.timeoutMs ?? 0) <= MOST_TIMER_MS) return run(operation, given)
          return run(operation, { ...given, timeoutMs: given.timeoutMs === Infinity ? Infinity : 1 })
        }),
    },
    breaks: {
      'the run: expected up, got TimeoutError: layer: no answer within 1 ms': [
        'rule 6: a limit of 2147483648 ms is none',
      ],
    },
  },
  {
    mistake: 'poses as a pipeline, so that nobody asks for its own clock',
    subject: {
      make: options => {
        const emitter = new Emitter<PolicyEvent>(readPolicyOptions('layer', options, {}))
        return definePolicy({ emitter, link: next => next, members: [] }, {})
      },
    },
    breaks: {
      'what is thrown is a TypeError: expected true, got nothing': [
        'rule 6: two clocks in one pipeline throw a TypeError',
      ],
    },
  },
  {
    mistake: 'does less in its first minute',
    subject: {
      make: options => {
        const emitter = new Emitter<Failed>(readPolicyOptions('layer', options, {}))
        const madeMs = options.clock.nowMs()
        return heard(emitter, (next, operation, call) =>
          next(operation, call).catch((error: unknown) => {
            if (options.clock.nowMs() - madeMs > 60_000) emitter.emit({ type: 'layer.failed', error }, call)
            throw error
          }),
        )
      },
    },
    breaks: {
      'what it does a day later: expected call in run 1, down, call in run 2, down, call in run 3, down': [
        'rule 6: what is done does not depend on when it is done',
      ],
    },
  },
  {
    mistake: 'sleeps on past the deadline',
    subject: { make: options => repeating(options, () => false), waitMs: WAIT_MS },
    breaks: {
      'what the run rejected with at once: expected Error: down, got nothing: it goes on': [
        'rule 7: a wait that would end at the deadline is not begun',
      ],
    },
  },
  {
    mistake: 'sits on an error for a while',
    subject: {
      make: options =>
        layer(options, (next, operation, call) =>
          next(operation, call).catch(async (error: unknown) => {
            if (call.cancelled === undefined) {
              await sleep(options.clock, 5)
            }
            throw error
          }),
        ),
    },
    breaks: {
      'what the run rejected with at once: expected Error: down, got nothing: it goes on': [
        'rule 7: an error comes at once where nothing is waited for',
      ],
    },
  },
]
