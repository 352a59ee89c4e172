export { type ResilientInterceptor, type ResilientOptions, resilient } from './resilient.ts'
