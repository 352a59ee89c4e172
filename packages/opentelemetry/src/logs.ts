import type { Clock } from '@holdfast/core'
import { callGuarded, startTimer, unref } from '@holdfast/core/kernel'
import { logLineOf } from './log-messages.ts'
import type { LogLine, WriteLog } from './log-sinks.ts'
import type { Sink } from './sink.ts'

export interface LogOptions {
  readonly write: WriteLog
  readonly clock: Clock
  readonly logIntervalMs: number
  /** Kinds of messages that are told apart at a time; further ones are counted together. */
  readonly maxKinds: number
}

/** Messages of one kind, since the first of them was written. */
interface Burst {
  timer: unknown
  repeated: number
  last: LogLine
}

/**
 * Writes the first message of a kind at once, and counts those that follow: after the interval, one line tells how many
 * there were. So an outage is a few lines a minute, and nothing is kept secret.
 */
export function logsSink({ write, clock, logIntervalMs, maxKinds }: LogOptions): Sink {
  const bursts = new Map<string, Burst>()

  const tell = (line: LogLine): void => callGuarded('the logger of OpenTelemetry', () => write(line))

  const end = (kind: string, burst: Burst): void => {
    bursts.delete(kind)
    clock.clearTimeout(burst.timer)
    if (burst.repeated > 0) tell(repeatedLine(burst, logIntervalMs))
  }

  const begin = (kind: string, line: LogLine): void => {
    const burst: Burst = { timer: undefined, repeated: 0, last: line }
    bursts.set(kind, burst)
    burst.timer = startTimer(clock, () => end(kind, burst), logIntervalMs)
    unref(burst.timer)
    tell(line)
  }

  return {
    event: event => {
      const line = logLineOf(event)
      if (line === undefined) return
      // What somebody does by hand is for the audit: each of it.
      if (isByHand(line)) return tell(line)
      const own = `${line.type}\n${event.policy.name}\n${event.pipeline}`
      const kind = bursts.has(own) || bursts.size < maxKinds ? own : 'overflow'
      const burst = bursts.get(kind)
      if (burst === undefined) return begin(kind, line)
      burst.repeated++
      burst.last = line
    },
    stop: () => {
      for (const [kind, burst] of bursts) end(kind, burst)
    },
  }
}

function isByHand({ attributes }: LogLine): boolean {
  const cause = attributes['holdfast.circuit.cause']
  return cause === 'isolated' || cause === 'manual'
}

function repeatedLine({ repeated, last }: Burst, intervalMs: number): LogLine {
  return {
    ...last,
    message: `${last.message} (${repeated} more within ${intervalMs / 1_000} s)`,
    attributes: { ...last.attributes, 'holdfast.log.repeated': repeated },
  }
}
