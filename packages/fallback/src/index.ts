export {
  type FallbackEvent,
  type FallbackFacts,
  type FallbackFailed,
  type FallbackOptions,
  type FallbackUsed,
  fallback,
} from './fallback.ts'
