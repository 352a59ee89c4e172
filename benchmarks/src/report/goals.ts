import type { Goal } from '../harness/question.ts'
import { worstFirst } from '../harness/table.ts'
import { bold, markdownTable } from './markdown.ts'

/** The worst first: what was not measured, what is missed, what is met. */
export function goalTable(goals: readonly Goal[]): string {
  const ordered = [
    ...goals.filter(goal => !isMeasured(goal)),
    ...worstFirst(goals.filter(isMissed)),
    ...worstFirst(goals.filter(isMet)),
  ]
  return markdownTable(
    ['goal', 'at most', 'reached', ''],
    ordered.map(goal => [goal.text, goalText(goal.limit), reachedText(goal), verdictText(goal)]),
  )
}

/** Such as `5 met, 2 missed`. */
export function goalCount(goals: readonly Goal[]): string {
  if (goals.length === 0) return 'no goals'
  const met = goals.filter(isMet).length
  return met === goals.length ? `${met} met` : `${bold(`${goals.length - met} missed`)}, ${met} met`
}

/** The committed figures have null for what was not measured. */
function isMeasured({ reached }: Goal): boolean {
  return Number.isFinite(reached)
}

function isMet(goal: Goal): boolean {
  return isMeasured(goal) && goal.reached <= goal.limit
}

function isMissed(goal: Goal): boolean {
  return isMeasured(goal) && goal.reached > goal.limit
}

function reachedText(goal: Goal): string {
  return isMeasured(goal) ? goalText(goal.reached) : '–'
}

function verdictText(goal: Goal): string {
  if (!isMeasured(goal)) return bold('not measured')
  return isMet(goal) ? 'met' : bold('missed')
}

/** With three digits. */
function goalText(value: number): string {
  return String(Number(value.toPrecision(3)))
}
