import { backoffCurvesDrawing } from './figures/backoff-curves.ts'
import { breakerTimelineDrawing } from './figures/breaker-timeline.ts'
import { bulkheadBurstDrawing } from './figures/bulkhead-burst.ts'
import { jitterDrawing } from './figures/jitter.ts'
import { orderBreakerRetryDrawing } from './figures/order-breaker-retry.ts'
import { orderBulkheadRetryDrawing } from './figures/order-bulkhead-retry.ts'
import { orderFallbackRetryDrawing } from './figures/order-fallback-retry.ts'
import { orderTimeoutRetryDrawing } from './figures/order-timeout-retry.ts'
import { retryBudgetDrawing } from './figures/retry-budget.ts'
import { timeoutsThatFitDrawing } from './figures/timeouts-that-fit.ts'
import type { Drawing } from './svg/drawing.ts'

/** All drawings, by the name of their file. */
export const drawings: Readonly<Record<string, () => Promise<Drawing>>> = {
  'backoff-curves': backoffCurvesDrawing,
  'breaker-timeline': breakerTimelineDrawing,
  'bulkhead-burst': bulkheadBurstDrawing,
  jitter: jitterDrawing,
  'order-breaker-retry': orderBreakerRetryDrawing,
  'order-bulkhead-retry': orderBulkheadRetryDrawing,
  'order-fallback-retry': orderFallbackRetryDrawing,
  'order-timeout-retry': orderTimeoutRetryDrawing,
  'retry-budget': retryBudgetDrawing,
  'timeouts-that-fit': timeoutsThatFitDrawing,
}
