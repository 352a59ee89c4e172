import { setImmediate } from 'node:timers/promises'
import {
  afterReading,
  closeBeforeHeaders,
  closeMidBody,
  closesWhenIdle,
  diesWhenReused,
  hangBeforeHeaders,
  hangMidBody,
  informational,
  largeBody,
  ok,
  patternOf,
  type RecordedRequest,
  redirect,
  resetBeforeHeaders,
  resetMidBody,
  type Step,
  slowBody,
  status,
} from '@holdfast/fault-server'
import { lots } from './lots.ts'

/** What the server says to the call of this number. */
const answerTo = (call: number): string => `kelp-${call}`

const long = Buffer.concat([...patternOf(200_000)])
const tooLongToDrain = 'x'.repeat(300_000)

/** Where redirects lead. */
export const REDIRECTED = '/redirected'

/** The number of the call that a request belongs to. */
export const callOf = ({ path }: RecordedRequest): number => Number(path.slice(1))

const choicesFor = (call: number): readonly (readonly [number, Step])[] => {
  const text = answerTo(call)
  return [
    [40, ok(text)],
    [2, slowBody([text.slice(0, 2), text.slice(2)], setImmediate)],
    [2, informational(103, { link: '</kelp>' }, ok(text))],
    [1, largeBody(long.length)],
    [2, status(204)],
    [2, redirect(REDIRECTED)],
    [3, closesWhenIdle(ok(text))],
    [3, diesWhenReused(ok(text), 'reset')],
    [3, diesWhenReused(ok(text), 'close')],
    // Refused.
    [3, status(429, { 'retry-after': '0' }, 'too many')],
    [2, status(425)],
    [2, status(421)],
    // Perhaps processed.
    [4, status(503, { 'retry-after': '0' }, 'x'.repeat(2_000))],
    [2, status(500, {}, 'down')],
    [2, status(502)],
    [1, status(504)],
    [1, status(408)],
    [1, { ...status(503, {}, tooLongToDrain), name: 'tooLongToDrain' }],
    [4, resetBeforeHeaders()],
    [4, closeBeforeHeaders()],
    [2, afterReading(0, resetBeforeHeaders())],
    [0.3, hangBeforeHeaders()],
    // Broken after their headers.
    [2, resetMidBody(100)],
    [2, closeMidBody(100, { framing: 'chunked' })],
    [0.3, hangMidBody(100)],
    [0.3, hangMidBody(100, { status: 503 })],
    // Not worth another attempt.
    [2, status(404, {}, 'no kelp')],
    [1, status(409)],
    [1, status(501)],
  ]
}

/** The text that a whole answer with the status 200 has, by the name of its step. */
export function textOf(step: string, call: number): string {
  if (step === 'redirect(302)') return REDIRECTED
  return step.startsWith('largeBody') ? long.toString() : answerTo(call)
}

/** By the names of the steps. */
export const allThatCanHappen: ReadonlySet<string> = new Set([
  ...choicesFor(0).map(([, { name }]) => name),
  // The second request on a connection that was to die of it.
  'diesWhenReused',
])

/** What happens to a request, by its call and the number of the attempt. */
export function faultFor(request: RecordedRequest, seed: number): Step {
  if (request.path === REDIRECTED) return ok(REDIRECTED)
  const call = callOf(request)
  return lots(seed, call, request.attempt).pick(choicesFor(call))
}

const refusals: readonly string[] = ['status(421)', 'status(425)', 'status(429)']

/** Which platforms repeat themselves, on another connection, as the Fetch standard has it. */
export const isMisdirected = ({ step }: RecordedRequest): boolean => step === 'status(421)'

/** Whether the server has said that it has not processed this request. */
export const isRefused = ({ step }: RecordedRequest): boolean => refusals.includes(step)
