export type { ConnectionCount } from './connections.ts'
export type { AnswerEnd, AnswerHeaders, Exchange } from './exchange.ts'
export { type FaultServer, type FaultServerOptions, faultServer, type StepPicker } from './fault-server.ts'
export type { Protocol } from './listen.ts'
export { patternOf } from './pattern.ts'
export type { BodyState, RecordedBody, RecordedRequest } from './recorded-request.ts'
export { sha256 } from './sha256.ts'
export { informational, ok, redirect, status } from './steps/answers.ts'
export { closeBeforeHeaders, hangBeforeHeaders, resetBeforeHeaders, resetConnection } from './steps/before-headers.ts'
export { endlessBody, largeBody, slowBody } from './steps/bodies.ts'
export { goawayAfter, goawayBefore, refusedStream, resetStream } from './steps/http2.ts'
export { closesWhenIdle, diesWhenReused } from './steps/keep-alive.ts'
export {
  claimsLength,
  closeMidBody,
  hangAfterHeaders,
  hangMidBody,
  type MidBodyOptions,
  resetAfterHeaders,
  resetMidBody,
} from './steps/mid-body.ts'
export { afterReading, type Step, step } from './steps/step.ts'
export { acceptConnect, acceptUpgrade } from './steps/take-over.ts'
