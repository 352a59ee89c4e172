export { longCalls, retryInfo } from '@holdfast/fetch'
export { type ResilientInterceptor, type ResilientOptions, resilient } from './resilient.ts'
