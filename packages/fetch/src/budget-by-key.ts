import type { Call, Clock } from '@holdfast/core'
import { type RetryBudget, retryBudget } from '@holdfast/retry'

/**
 * A budget for each key, so that one origin that is down does not use up the retries of all others. At most `maxKeys`:
 * the least recently used one makes room, and its key starts anew.
 */
export function budgetByKey(keyOf: (call: Call | undefined) => string, maxKeys: number): RetryBudget {
  const budgets = new Map<string, RetryBudget>()
  const budgetOf = (call: Call | undefined): RetryBudget => {
    const key = keyOf(call)
    const known = budgets.get(key)
    if (known !== undefined && key === latest) return known
    latest = key
    budgets.delete(key)
    const budget = known ?? retryBudget()
    budgets.set(key, budget)
    if (budgets.size > maxKeys) budgets.delete(budgets.keys().next().value as string)
    return budget
  }
  // Most calls come after one to the same origin: no need then to put it at the end of the order again.
  let latest: string | undefined
  return {
    deposit: (clock: Clock, call) => budgetOf(call).deposit(clock),
    withdraw: (clock: Clock, call) => budgetOf(call).withdraw(clock),
    remaining: clock => Math.min(...[...budgets.values()].map(budget => budget.remaining(clock))),
  }
}
