import { isProtective } from '@holdfast/core'
import { decides, type KernelCall } from '@holdfast/core/kernel'
import type { CircuitSettings } from './options.ts'

/** What a call says about the dependency: good, bad or nothing. */
export type Outcome = 'success' | 'failure' | 'ignored'

/** Throws what predicates throw. */
export function outcomeOfError(settings: CircuitSettings, error: unknown, call: KernelCall): Outcome {
  const { name, ignores, handles } = settings
  if (isProtective(error)) return 'ignored'
  if (ignores === undefined && handles === undefined) return 'failure'
  const failure = { error, attempt: call.attempt, call }
  if (ignores !== undefined && decides(name, 'ignores', ignores(failure))) return 'ignored'
  return handles === undefined || decides(name, 'handles', handles(failure)) ? 'failure' : 'success'
}

/** Throws what the predicate throws. */
export function outcomeOfResult({ name, handlesResult }: CircuitSettings, result: unknown): Outcome {
  if (handlesResult === undefined) return 'success'
  return decides(name, 'handlesResult', handlesResult(result)) ? 'failure' : 'success'
}
