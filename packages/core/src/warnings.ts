import type { Runner } from './call.ts'
import { type PolicyEvent, tell } from './events.ts'
import { observers } from './observers.ts'
import type { Identity } from './options.ts'
import type { AnyPolicy } from './policy.ts'
import { holdfast } from './protocol.ts'

/** A pipeline is legal and yet hardly meant. Told once, and only to observers. */
export interface PipelineWarning extends PolicyEvent {
  readonly type: 'pipeline.warning'
  /**
   * What is hardly meant. `limits-do-not-fit`: all attempts and waits take longer than the limit outside.
   * `breaker-outside-retry`: the breaker sees one outcome for all attempts. `retry-around-fallback`: the retry never
   * sees an error. `retry-around-nothing`: an attempt may hang.
   */
  readonly warning: 'limits-do-not-fit' | 'breaker-outside-retry' | 'retry-around-fallback' | 'retry-around-nothing'
  /** Names the members, and says what to do. */
  readonly message: string
}

type Warning = Pick<PipelineWarning, 'warning' | 'message'>

/** What is hardly meant about these members, outermost first. */
export function warningsOf(members: readonly AnyPolicy[]): readonly Warning[] {
  return members.flatMap((member, index) => {
    if (member.kind !== 'retry') return []
    return warningsOfRetry(member, members.slice(0, index), members.slice(index + 1))
  })
}

function warningsOfRetry(retry: AnyPolicy, outside: readonly AnyPolicy[], inside: readonly AnyPolicy[]): Warning[] {
  const warnings: Warning[] = []
  const add = (warning: Warning['warning'], message: string): unknown => warnings.push({ warning, message })
  const breaker = outside.find(isOfKind('circuit-breaker'))
  const fallback = inside.find(isOfKind('fallback'))
  const { maxAttempts = Infinity, maxDelaysMs = 0 } = retry[holdfast].traits ?? {}
  const neededMs = maxAttempts * shortest(inside) + maxDelaysMs
  const allowedMs = shortest(outside)

  if (neededMs < Infinity && neededMs > allowedMs) {
    add(
      'limits-do-not-fit',
      `${retry.name} may need ${neededMs} ms and has ${allowedMs} ms: its last attempts are cut short`,
    )
  }
  if (breaker !== undefined) {
    add(
      'breaker-outside-retry',
      `${breaker.name} is outside ${retry.name} and sees one outcome for all its attempts: put it inside`,
    )
  }
  if (fallback !== undefined) {
    add('retry-around-fallback', `${fallback.name} is inside ${retry.name} and answers its errors: put it outside`)
  }
  if (outside.length > 0 && inside.length === 0) {
    add('retry-around-nothing', `nothing is inside ${retry.name}, so that an attempt may hang: put a timeout inside`)
  }
  return warnings
}

const isOfKind =
  (kind: string) =>
  (policy: AnyPolicy): boolean =>
    policy.kind === kind

/** The shortest of the limits that these policies set, in milliseconds. */
function shortest(policies: readonly AnyPolicy[]): number {
  return Math.min(...policies.map(policy => policy[holdfast].traits?.timeoutMs ?? Infinity))
}

/** Tells the warnings when a pipeline is made, or at its first call under the eyes of an observer. */
export function announcer(identity: Identity, warnings: readonly Warning[]): (runner: Runner) => Runner {
  let untold = warnings
  const announce = (): void => {
    if (observers.list.length === 0) return
    const told = untold
    untold = []
    for (const warning of told) tell({ type: 'pipeline.warning', ...warning }, identity)
  }
  announce()
  return runner => {
    if (warnings.length === 0) return runner
    return (operation, call) => {
      announce()
      return runner(operation, call)
    }
  }
}
