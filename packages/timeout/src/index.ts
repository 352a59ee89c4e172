export { TimeoutError } from '@holdfast/core'
export {
  type TimeoutEvent,
  type TimeoutExpired,
  type TimeoutOptions,
  type TimeoutSettledLate,
  timeout,
} from './timeout.ts'
