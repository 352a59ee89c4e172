import { BulkheadFullError, CircuitOpenError, TimeoutError, UnknownOutcomeError } from '@holdfast/core'
import { classify } from '@holdfast/redis'
import { describe, expect, it } from 'vitest'

const coded = (code: string, syscall?: string): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall })
const said = (message: string): Error => new Error(message)

describe('classify', () => {
  it.each([
    ['notExecuted', 'LOADING', said('LOADING Redis is loading the dataset in memory')],
    ['notExecuted', 'TRYAGAIN', said('TRYAGAIN Multiple keys request during rehashing of slot')],
    ['notExecuted', 'CLUSTERDOWN', said('CLUSTERDOWN Hash slot not served')],
    [
      'notExecuted',
      'MASTERDOWN',
      said("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."),
    ],
    ['notExecuted', 'BUSY', said('BUSY Redis is busy running a script.')],
    ['readOnly', 'READONLY', said("READONLY You can't write against a read only replica.")],
    ['permanent', undefined, said('WRONGTYPE Operation against a key holding the wrong kind of value')],
    ['permanent', undefined, said("OOM command not allowed when used memory > 'maxmemory'.")],
    ['permanent', undefined, said('NOSCRIPT No matching script.')],
    ['permanent', undefined, said('EXECABORT Transaction discarded because of previous errors.')],
    ['permanent', undefined, said('BUSYGROUP Consumer Group name already exists')],
    ['permanent', undefined, said('ERR LOADING is no command')],
    ['permanent', undefined, said('The client is closed')],
    ['permanent', undefined, said('')],
    ['notExecuted', 'ECONNREFUSED', coded('ECONNREFUSED', 'connect')],
    ['notExecuted', 'ENOTFOUND', coded('ENOTFOUND', 'getaddrinfo')],
    ['notExecuted', 'ETIMEDOUT', coded('ETIMEDOUT', 'connect')],
    ['connectionLost', 'ETIMEDOUT', coded('ETIMEDOUT', 'read')],
    ['connectionLost', 'ECONNRESET', coded('ECONNRESET', 'read')],
    ['connectionLost', 'EPIPE', coded('EPIPE', 'write')],
    ['connectionLost', undefined, said('Connection is closed.')],
    ['connectionLost', undefined, said('Command aborted due to connection close')],
    ['connectionLost', undefined, said('Reached the max retries per request limit (which is 20).')],
    ['connectionLost', undefined, said("Socket timeout. Expecting data, but didn't receive any in 5ms.")],
    ['connectionLost', undefined, said('Socket closed unexpectedly')],
    ['connectionLost', undefined, said('Disconnects client')],
    ['timedOut', undefined, said('Command timed out')],
    ['notExecuted', undefined, said("Stream isn't writeable and enableOfflineQueue options is false")],
    ['notExecuted', undefined, said('The client is offline')],
    ['notExecuted', undefined, said('The queue is full')],
    ['notExecuted', 'ERR_HOLDFAST_CIRCUIT_OPEN', new CircuitOpenError('redis', { retryAfterMs: 1, isolated: false })],
    ['notExecuted', 'ERR_HOLDFAST_BULKHEAD_FULL', new BulkheadFullError('redis', { active: 1, queued: 0 })],
    ['timedOut', 'ERR_HOLDFAST_TIMEOUT', new TimeoutError('redis.command', 1_000)],
    [
      'unknownOutcome',
      'ERR_HOLDFAST_UNKNOWN_OUTCOME',
      new UnknownOutcomeError('redis', 'INCR', { cause: coded('ECONNRESET') }),
    ],
  ])('calls it %s, by %s: %s', (kind, code, error) => {
    expect(classify(error)).toEqual({ kind, code })
  })

  it('looks at causes, and at the parts of an error', () => {
    expect(classify(new Error('failed', { cause: coded('ECONNREFUSED') })).kind).toBe('notExecuted')
    expect(classify(new AggregateError([coded('ECONNREFUSED'), coded('ECONNRESET')])).kind).toBe('connectionLost')
    expect(classify(Object.assign(new AggregateError([coded('ECONNREFUSED')]), { code: 'ECONNREFUSED' })).kind).toBe(
      'notExecuted',
    )
  })

  it.each([[undefined], [null], ['LOADING x'], [{}], [{ code: 7, message: 7 }]])('takes %j for permanent', thrown => {
    expect(classify(thrown)).toEqual({ kind: 'permanent', code: undefined })
  })
})
