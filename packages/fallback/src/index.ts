export {
  type FallbackEvent,
  type FallbackFailed,
  type FallbackOptions,
  type FallbackUsed,
  fallback,
} from './fallback.ts'
