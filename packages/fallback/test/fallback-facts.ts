import type { FallbackOptions } from '@holdfast/fallback'

/** What the callbacks of a fallback are told. */
export type FallbackFacts = Parameters<FallbackOptions<unknown>['to']>[0]
