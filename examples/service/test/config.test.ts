import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/service/config.ts'

const required = { DATABASE_URL: 'postgres://orders:secret@db/orders', SUPPLIER_URL: 'http://supplier' }

describe('readConfig', () => {
  it('needs to be told where the database and the supplier are, and nothing else', () => {
    const config = readConfig(required)

    expect(config).toEqual({
      host: '0.0.0.0',
      port: 8_080,
      metricsPort: 9_464,
      databaseUrl: required.DATABASE_URL,
      databaseConnections: 10,
      supplierUrl: 'http://supplier',
      maxConcurrent: 100,
      maxQueued: 100,
      maxLagMs: 500,
      drainDelayMs: 5_000,
      graceMs: 20_000,
      closeMs: 4_000,
      logLevel: 'info',
      traceRatio: 0,
    })
  })

  it('takes an empty variable for none', () => {
    const { port } = readConfig({ ...required, PORT: '' })

    expect(port).toBe(8_080)
  })

  it('names all that is wrong at once, and tells no secret', () => {
    const read = () => readConfig({ DATABASE_URL: 'mysql://orders:secret@db', PORT: '70000', TRACE_RATIO: 'all' })

    expect(read).toThrow(
      'the environment makes no sense: PORT must be an integer from 0 to 65535; ' +
        'DATABASE_URL must be a URL that begins with postgres:// or postgresql://; ' +
        'SUPPLIER_URL must be a URL that begins with http:// or https://; ' +
        'TRACE_RATIO must be a number from 0 to 1',
    )
    expect(read).not.toThrow('secret')
  })

  it.each([
    ['PORT', '8080 '],
    ['PORT', '-1'],
    ['PORT', '1e3'],
    ['GRACE_MS', '0'],
    ['MAX_CONCURRENT', '0'],
    ['TRACE_RATIO', '1.5'],
    ['TRACE_RATIO', '.'],
    ['LOG_LEVEL', 'loud'],
    ['SUPPLIER_URL', 'supplier'],
    ['SUPPLIER_URL', 'file:///etc/passwd'],
  ])('refuses %s=%s', (name, value) => {
    expect(() => readConfig({ ...required, [name]: value })).toThrow(`${name} must be`)
  })
})
