import { isProtective } from '@holdfast/core'
import { decides, type KernelCall } from '@holdfast/core/kernel'
import type { CircuitFailure, CircuitSettings } from './options.ts'

/** What a call says about the dependency: good, bad or nothing. */
export type Outcome = 'success' | 'failure' | 'ignored'

/** Throws what predicates throw. */
export function outcomeOfError(settings: CircuitSettings, error: unknown, call: KernelCall): Outcome {
  const { name, ignores, handles } = settings
  if (isProtective(error)) return 'ignored'
  if (ignores !== undefined && decides(name, 'ignores', ignores(failureOf(error, call)))) return 'ignored'
  return handles === undefined || decides(name, 'handles', handles(failureOf(error, call))) ? 'failure' : 'success'
}

const failureOf = (error: unknown, call: KernelCall): CircuitFailure => ({ error, attempt: call.attempt, call })

/** Throws what predicates throw. */
export function outcomeOfResult({ name, ignoresResult, handlesResult }: CircuitSettings, result: unknown): Outcome {
  if (ignoresResult !== undefined && decides(name, 'ignoresResult', ignoresResult(result))) return 'ignored'
  if (handlesResult === undefined) return 'success'
  return decides(name, 'handlesResult', handlesResult(result)) ? 'failure' : 'success'
}
