import {
  BulkheadFullError,
  CircuitOpenError,
  RateLimitedError,
  TimeoutError,
  UnknownOutcomeError,
} from '@holdfast/core'
import { type ClassifiedFailure, classify } from '@holdfast/postgres'
import { describe, expect, it } from 'vitest'

type Said = Omit<ClassifiedFailure, 'code'>

const rolledBack = said('rolled back', 'repeat', 'repeat reads', { keepsConnection: true })
const neverStarted = said('never started', 'repeat', 'repeat', { isUnhealthy: true })
const notAsked = said('never started', 'repeat', 'repeat', { keepsConnection: true })
const stalePlan = said('never started', 'stop', 'repeat once')
const connectionLost = said('connection lost', 'repeat', 'repeat reads', { isUnhealthy: true })
const unknownOutcome = said('unknown outcome', 'probe', 'probe', { isUnhealthy: true })
const failover = said('failover', 'repeat', 'repeat')
const cancelled = said('cancelled', 'stop', 'stop', { keepsConnection: true })
const hung = said('cancelled', 'stop', 'stop')
const dropped = said('permanent', 'stop', 'stop')
const permanent = said('permanent', 'stop', 'stop', { keepsConnection: true })
const exhausted = said('permanent', 'stop', 'stop', { keepsConnection: true, isUnhealthy: true })

function said(
  kind: ClassifiedFailure['kind'],
  inside: ClassifiedFailure['inside'],
  outside: ClassifiedFailure['outside'],
  facts: Partial<Said> = {},
): Said {
  return { kind, inside, outside, keepsConnection: false, isUnhealthy: false, ...facts }
}

const failing = (facts: object, message = 'no'): Error => Object.assign(new Error(message), facts)
const answer = (code: string): Error => failing({ code, severity: 'ERROR' })
const lastWord = (code: string): Error => failing({ code, severity: 'FATAL' })
const socket = (code: string): Error => failing({ code, errno: -1, syscall: 'read' })

const byCode: readonly (readonly [Said, (code: string) => Error, string])[] = [
  [rolledBack, answer, '40000 40001 40P01 55P03'],
  [neverStarted, lastWord, '57P03 53300 08001 08004'],
  [neverStarted, socket, 'ECONNREFUSED EHOSTUNREACH ENETUNREACH EHOSTDOWN ENOTFOUND EAI_AGAIN'],
  [stalePlan, answer, '26000'],
  [connectionLost, lastWord, '08000 08003 08006 08P01 57P01 57P02 57P05'],
  [connectionLost, socket, 'ECONNRESET EPIPE ETIMEDOUT ECONNABORTED'],
  [unknownOutcome, answer, '08007 40003'],
  [failover, answer, '25006'],
  [cancelled, answer, '57014'],
  [hung, lastWord, '25P03 25P04'],
  [dropped, lastWord, '57P04'],
  [exhausted, answer, '53000 53100 53200 53400 58030'],
  [permanent, answer, '23505 23P01 22P02 28P01 42P01 42601 54000 25P02 0A000 40002 P0001 XX000'],
  // What would have ended the connection, and has not: it comes from a server behind this one.
  [permanent, answer, '08000 08001 08003 08006 08P01 53300 57P01 57P02 57P03'],
]

const byMessage: readonly (readonly [Said, string])[] = [
  [neverStarted, 'timeout exceeded when trying to connect'],
  [neverStarted, 'timeout expired'],
  [neverStarted, 'Connection terminated due to connection timeout'],
  [neverStarted, 'Client has encountered a connection error and is not queryable'],
  [neverStarted, 'Client was closed and is not queryable'],
  [connectionLost, 'Connection terminated unexpectedly'],
  [connectionLost, 'Connection terminated'],
  [hung, 'Query read timeout'],
  [permanent, 'the connection terminated unexpectedly'],
]

describe('classify', () => {
  it.each(
    byCode.flatMap(([expected, make, codes]) =>
      codes.split(' ').map(code => [code, expected.kind, make(code), expected] as const),
    ),
  )('takes %s for %s', (code, _, error, expected) => {
    expect(classify(error)).toEqual({ ...expected, code })
  })

  it.each(byMessage)('takes for $kind what pg only says by its message: %s', (expected, message) => {
    expect(classify(new Error(message))).toEqual({ ...expected, code: undefined })
  })

  it.each([
    ['a prepared statement whose table has changed', 'cached plan must not change result type', stalePlan],
    ['anything else that is not supported', 'cannot use a prepared statement here', permanent],
  ])('tells by the message of 0A000 that it is about %s', (_, message, expected) => {
    expect(classify(failing({ code: '0A000', severity: 'ERROR' }, message))).toEqual({ ...expected, code: '0A000' })
  })

  it.each([
    ['connect', neverStarted],
    ['open', permanent],
  ])('takes ENOENT for a socket of a server that is not there, if that is what it was for: %s', (syscall, expected) => {
    const { kind, outside } = classify(failing({ code: 'ENOENT', syscall }))

    expect([kind, outside]).toEqual([expected.kind, expected.outside])
  })

  it.each([
    [new CircuitOpenError('orders', { retryAfterMs: 5, isolated: false }), notAsked],
    [new BulkheadFullError('orders', { active: 1, queued: 1 }), notAsked],
    [new RateLimitedError('orders', 5), notAsked],
    [new TimeoutError('orders', 5), cancelled],
    [new UnknownOutcomeError('orders', 'COMMIT'), unknownOutcome],
  ])('knows that the database was not asked, or for how long, by the errors of policies: %s', (error, expected) => {
    expect(classify(error)).toEqual({ ...expected, code: error.code })
  })

  it('takes for permanent what it does not know, and does not speak of the database for that', () => {
    expect(classify(new Error('out of kelp'))).toEqual({ ...permanent, code: undefined })
  })

  it('looks at causes, as ORMs wrap what they get', () => {
    const wrapped = new Error('Failed query: select', { cause: new Error('again', { cause: answer('40001') }) })

    expect(classify(wrapped)).toEqual({ ...rolledBack, code: '40001' })
  })

  it('goes by the outermost that is known', () => {
    const wrapped = Object.assign(answer('23505'), { cause: socket('ECONNRESET') })

    expect(classify(wrapped)).toEqual({ ...permanent, code: '23505' })
  })

  it('looks through what has a code of its own that says nothing here', () => {
    const wrapped = failing({ code: 'P2034', cause: answer('40P01') })

    expect(classify(wrapped)).toEqual({ ...rolledBack, code: '40P01' })
  })

  it('looks at each of the addresses that were tried', () => {
    const error = new AggregateError([socket('ECONNREFUSED'), socket('ECONNREFUSED')], '')

    expect(classify(error)).toEqual({ ...neverStarted, code: 'ECONNREFUSED' })
  })

  it('comes to an end with causes that go round', () => {
    const outer: Error = new Error('outer')
    outer.cause = new Error('inner', { cause: outer })

    expect(classify(outer)).toEqual({ ...permanent, code: undefined })
  })

  it.each([
    undefined,
    null,
    0,
    Number.NaN,
    '40001',
    Symbol('40001'),
    () => '40001',
    [],
    {},
    Object.create(null),
    { code: null, message: null, cause: null, errors: 'none' },
    { code: 40001, severity: 'ERROR' },
    { code: { toString: () => '40001' }, message: ['Connection terminated'] },
    { code: '__proto__', message: 'constructor' },
    { errors: [null, undefined, 7], cause: '40001' },
  ])('takes whatever is thrown: %o', value => {
    expect(classify(value)).toEqual({ ...permanent, code: undefined })
  })

  it('takes what a server does not throw as an Error, too', () => {
    expect(classify({ code: '40001', severity: 'ERROR' })).toEqual({ ...rolledBack, code: '40001' })
  })
})
