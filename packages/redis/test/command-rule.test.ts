import { commandRule, idempotentCommands, sameStateCommands } from '@holdfast/redis'
import { describe, expect, it } from 'vitest'

/** By a line as one types it. */
const rule = (line: string): ReturnType<typeof commandRule> => {
  const [name = '', ...args] = line.split(' ')
  return commandRule(name, args)
}

describe('commandRule', () => {
  it.each([
    'GET key',
    'get key',
    'MGET a b',
    'HGETALL hash',
    'EXISTS key',
    'TTL key',
    'SCAN 0',
    'SET key value',
    'SET key value EX 10',
    'SET key value XX KEEPTTL',
    'SET NX GET',
    'SETEX key 10 value',
    'GETEX key EX 10',
    'MSET a 1 b 2',
    'HMSET hash a 1',
    'LSET list 0 value',
    'SETRANGE key 3 value',
    'EXPIRE key 10',
    'EXPIRE key 10 XX',
    'PEXPIREAT key 1900000000000',
    'LTRIM list 0 99',
    'LTRIM list -100 -1',
    'SUNIONSTORE target a b',
    'ZUNIONSTORE target 2 a b',
    'COPY a b REPLACE',
    'RESTORE key 0 payload REPLACE',
    'BITOP NOT target source',
    'SORT list LIMIT 0 10',
    'GEORADIUS places 0 0 1 km',
    'BITFIELD key GET u8 0',
    'EVAL_RO script 0',
    'EVALSHA_RO sha 0',
    'FCALL_RO name 0',
    'SCRIPT LOAD lua',
    'CONFIG GET maxmemory',
    'OBJECT ENCODING key',
    'XINFO STREAM stream',
    'XREAD STREAMS stream 0',
    'SELECT 1',
    'WATCH key',
  ])('has %s idempotent', line => {
    expect(rule(line).isIdempotent).toBe(true)
  })

  it.each([
    'INCR counter',
    'APPEND key value',
    'GETSET key value',
    'GETDEL key',
    'SETNX lock me',
    'MSETNX a 1',
    'SET lock me NX',
    'SET lock me nx PX 100',
    'SET key value GET',
    'DEL key',
    'HSET hash a 1',
    'SADD set a',
    'ZADD sorted 1 a',
    'PERSIST key',
    'EXPIRE key 0',
    'EXPIRE key -1',
    'EXPIRE key 10 NX',
    'EXPIRE key 10 GT',
    'LTRIM list 1 -1',
    'LPUSH list a',
    'LPOP list',
    'RENAME a b',
    'COPY a b',
    'COPY a a REPLACE',
    'RESTORE key 0 payload',
    'ZUNIONSTORE a 2 a b',
    'ZRANGESTORE a a 0 1',
    'BITOP NOT a a',
    'SORT list STORE target',
    'GEORADIUS places 0 0 1 km STORE target',
    'BITFIELD key INCRBY u8 0 1',
    'EVAL script 0',
    'EVALSHA sha 0',
    'FCALL name 0',
    'SCRIPT FLUSH',
    'CONFIG SET maxmemory 1',
    'CONFIG RESETSTAT',
    'CLIENT KILL addr',
    'PUBLISH news kelp',
    'XADD stream * a 1',
    'XREADGROUP GROUP g c STREAMS stream >',
    'FLUSHALL',
    'MULTI',
    'EXEC',
    'JSON.GET document',
    'toString',
    'constructor',
    '',
  ])('has %s not idempotent', line => {
    expect(rule(line).isIdempotent).toBe(false)
  })

  it('reads arguments that are buffers or numbers', () => {
    expect(commandRule('SET', ['lock', 'me', Buffer.from('nx')]).isIdempotent).toBe(false)
    expect(commandRule('EXPIRE', ['key', 10]).isIdempotent).toBe(true)
    expect(commandRule('BLPOP', ['list', 2]).blockMs).toBe(2_000)
  })

  it.each([
    ['BLPOP a b 2', 2_000],
    ['brpop a 0.25', 250],
    ['BRPOPLPUSH a b 1', 1_000],
    ['BLMOVE a b LEFT RIGHT 1', 1_000],
    ['BZPOPMIN a 1', 1_000],
    ['BZPOPMAX a 0', Infinity],
    ['BLMPOP 1.5 1 a LEFT', 1_500],
    ['BZMPOP 3 1 a MIN', 3_000],
    ['WAIT 1 100', 100],
    ['WAITAOF 1 0 100', 100],
    ['XREAD COUNT 1 BLOCK 70 STREAMS s $', 70],
    ['XREADGROUP GROUP g c BLOCK 0 STREAMS s >', Infinity],
    ['xread block 5 streams s $', 5],
    ['XREAD STREAMS s 0', undefined],
    ['XREAD BLOCK', undefined],
    ['BLPOP a never', undefined],
    ['BLPOP a -1', undefined],
    ['BLPOP', undefined],
    ['GET a', undefined],
    ['LPOP a 2', undefined],
  ])('knows how long %s may wait', (line, blockMs) => {
    expect(rule(line).blockMs).toBe(blockMs)
  })

  it('passes on what takes over the connection, and nothing else', () => {
    const passed = [
      'SUBSCRIBE',
      'unsubscribe',
      'PSUBSCRIBE',
      'PUNSUBSCRIBE',
      'SSUBSCRIBE',
      'SUNSUBSCRIBE',
      'MONITOR',
      'QUIT',
    ]

    expect(passed.map(name => commandRule(name, []).isPassedOn)).toEqual(passed.map(() => true))
    expect(['GET', 'PUBLISH', 'MULTI', 'BLPOP'].map(name => commandRule(name, []).isPassedOn)).toEqual(
      Array(4).fill(false),
    )
  })
})

describe('the tables of idempotent commands', () => {
  it('have no command in common', () => {
    expect(Object.keys(sameStateCommands).filter(name => name in idempotentCommands)).toEqual([])
  })

  it('cannot be changed', () => {
    expect(() => Object.assign(idempotentCommands, { INCR: true })).toThrow(TypeError)
    expect(() => Object.assign(sameStateCommands, { INCR: true })).toThrow(TypeError)
  })
})
